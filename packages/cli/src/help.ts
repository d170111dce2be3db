const ENVIRONMENT = `Environment:
  SCIM_EDGE_URL   the gateway's origin, such as https://scim.example.com; or --url
  SCIM_EDGE_KEY   a key with the role operator (admin for apply --prune), or the admin token`;

/** The help of each command; that of none is about all. */
export const HELP = {
  "": `Usage: scim-edge <command> [options]

Commands:
  connectors           list the connectors
  log [connector]      print the event log, and follow it
  bridge plan <connector>
                       say what the Bridge would do; nothing is changed
  apply -f <file>      bring connectors in line with a file

scim-edge <command> --help says more.

${ENVIRONMENT}

Exit codes: 0 done; 1 the gateway refused or cannot be reached; 2 the arguments, the environment or the
file are wrong; 3 with apply --exit-code, the gateway differs from the file.`,

  connectors: `Usage: scim-edge connectors [--tenant <tenant>] [--json]

Lists the connectors that the key sees.

  --tenant <tenant>   those of a tenant alone
  --json              a JSON object in each line
  --url <origin>      the gateway

${ENVIRONMENT}`,

  log: `Usage: scim-edge log [<connector>] [--follow] [options]

Prints the event log of a connector, oldest first. The connector is named by its name or id; it may be
left out where the key sees one alone.

  --follow, -f        go on with what comes, until it is stopped
  --since <time>      from this time on: 2026-11-30T08:00:00Z, or 30m, 24h, 7d ago (24h)
  --user <user>       about a userName, externalId or id
  --status <status>   such as 201 or 4xx
  --json              a JSON object in each line, with bodies and differences
  --url <origin>      the gateway

${ENVIRONMENT}`,

  bridge: `Usage: scim-edge bridge plan <connector> [--json]

Runs the Bridge of a connector without writing anything, waits for the end, and prints what it would do.
The connector is named by its name or id.

  --json              the run as the gateway has it
  --url <origin>      the gateway

${ENVIRONMENT}`,

  apply: `Usage: scim-edge apply -f <file> [--dry-run] [options]

Compares the connectors of a YAML file with those of the gateway, prints the difference, and makes and
changes what differs. What the file leaves out stays as it is. Nothing is deleted without --prune.

  --file, -f <file>   the file
  --dry-run           print the difference alone
  --exit-code         exit with 3 where the gateway differs, with --dry-run
  --secrets <file>    where tokens and signing secrets of what is new go, a JSON object in each line;
                      they are shown this once. - prints them
  --credentials       send the credentials of every bridge, which cannot be compared
  --prune             delete what the file does not have: connectors of the tenants that it names, and
                      webhooks, attributes and bridges of connectors that it has
  --users <what>      what becomes of the users of a deleted connector: deactivate, keep or delete
  --url <origin>      the gateway

\${NAME} in the file is that variable of the environment.

${ENVIRONMENT}`,
};

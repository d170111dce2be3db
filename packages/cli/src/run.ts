import { parseArgs } from "node:util";
import { GatewayError } from "../../client/src/gateway.ts";
import { applyFile } from "./apply/command.ts";
import { printBridgePlan } from "./bridge-plan.ts";
import { printConnectors } from "./connectors.ts";
import { EXIT_FAILED, Failure, usageFailure } from "./failure.ts";
import { HELP } from "./help.ts";
import { printLog } from "./log.ts";
import { gatewayOf, type Terminal } from "./terminal.ts";

const COMMON = { help: { type: "boolean", short: "h" }, url: { type: "string" } } as const;
const JSON_LINES = { json: { type: "boolean", default: false } } as const;

/** Runs a command and gives the exit code; what fails is told in one sentence. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await runCommand(args, terminal);
  } catch (error) {
    terminal.complain(`scim-edge: ${sentenceOf(error)}`);
    return error instanceof Failure ? error.exitCode : EXIT_FAILED;
  }
}

async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [command = "", ...rest] = args;
  switch (command) {
    case "connectors":
      return await connectors(rest, terminal);
    case "log":
      return await log(rest, terminal);
    case "bridge":
      return await bridge(rest, terminal);
    case "apply":
      return await apply(rest, terminal);
    case "":
    case "help":
    case "--help":
    case "-h":
      terminal.print(HELP[""]);
      return 0;
    default:
      throw usageFailure(`There is no command "${command}": see scim-edge --help.`);
  }
}

async function connectors(args: string[], terminal: Terminal): Promise<number> {
  const options = { ...COMMON, ...JSON_LINES, tenant: { type: "string" } } as const;
  const { values } = parsed(() => parseArgs({ args, options }));
  if (values.help) return help("connectors", terminal);
  await printConnectors(terminal, gatewayOf(terminal, values.url), values);
  return 0;
}

async function log(args: string[], terminal: Terminal): Promise<number> {
  const options = {
    ...COMMON,
    ...JSON_LINES,
    follow: { type: "boolean", short: "f", default: false },
    since: { type: "string" },
    user: { type: "string" },
    status: { type: "string" },
  } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({ args, options, allowPositionals: true }),
  );
  if (values.help) return help("log", terminal);
  const [connector, ...more] = positionals;
  if (more.length > 0) throw usageFailure("log takes one connector: put its name into quotes.");
  const { follow, since, user, status, json } = values;
  const wanted = { connector, follow, since, user, status, json };
  await printLog(terminal, gatewayOf(terminal, values.url), wanted);
  return 0;
}

async function bridge(args: string[], terminal: Terminal): Promise<number> {
  const options = { ...COMMON, ...JSON_LINES } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({ args, options, allowPositionals: true }),
  );
  if (values.help) return help("bridge", terminal);
  const [action, connector, ...more] = positionals;
  if (action !== "plan" || connector === undefined || more.length > 0) {
    throw usageFailure("Say scim-edge bridge plan <connector>.");
  }
  await printBridgePlan(terminal, gatewayOf(terminal, values.url), connector, values.json);
  return 0;
}

async function apply(args: string[], terminal: Terminal): Promise<number> {
  const options = {
    ...COMMON,
    file: { type: "string", short: "f" },
    "dry-run": { type: "boolean", default: false },
    "exit-code": { type: "boolean", default: false },
    secrets: { type: "string" },
    credentials: { type: "boolean", default: false },
    prune: { type: "boolean", default: false },
    users: { type: "string" },
  } as const;
  const { values } = parsed(() => parseArgs({ args, options }));
  if (values.help) return help("apply", terminal);
  if (values.file === undefined)
    throw usageFailure("Name the file: scim-edge apply -f connectors.yaml.");
  return await applyFile(terminal, gatewayOf(terminal, values.url), {
    file: values.file,
    isDry: values["dry-run"],
    tellsDifference: values["exit-code"],
    secrets: values.secrets,
    sendsCredentials: values.credentials,
    prune: values.prune,
    users: values.users,
  });
}

function help(command: keyof typeof HELP, terminal: Terminal): number {
  terminal.print(HELP[command]);
  return 0;
}

/** What parseArgs refuses is the caller's to change; only its first sentence is about that. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [first = text] = text.split(/\.\s|\n/);
    throw usageFailure(`${first.replace(/\.$/, "")}.`);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof GatewayError) return refusalOf(error);
  if (error instanceof Failure) return error.message;
  if (!(error instanceof Error)) return String(error);
  // fetch tells the true cause behind its own error.
  if (error.cause instanceof Error) return `The gateway cannot be reached: ${error.cause.message}`;
  return error.message;
}

function refusalOf({ status, detail, errors }: GatewayError): string {
  const [first] = errors;
  const place = first?.pointer ?? first?.parameter;
  const where = place === undefined ? "" : ` (at ${place})`;
  if (status === 412) return "Somebody changed it meanwhile: run the command again.";
  return `The gateway answered ${status}: ${detail}${where}`;
}

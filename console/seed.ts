// What the pictures of the manual show: connectors of five providers with people, groups, refusals, a bridge that
// holds a mass departure, webhooks, and a month of requests.
import type { DatabaseSync } from "node:sqlite";
import {
  askAdmin,
  askScim,
  type FakeProvider,
  startProvider,
  type World,
} from "./test/browser/world.ts";

const PRESETS = [
  ["okta", "Okta"],
  ["entra", "Microsoft Entra ID"],
  ["google", "Google Workspace"],
  ["onelogin", "OneLogin"],
  ["jumpcloud", "JumpCloud"],
] as const;

const PEOPLE = [
  "Ada Lovelace",
  "Grace Hopper",
  "Alan Turing",
  "Katherine Johnson",
  "Edsger Dijkstra",
  "Barbara Liskov",
  "Donald Knuth",
  "Margaret Hamilton",
  "Tim Berners-Lee",
  "Frances Allen",
  "Dennis Ritchie",
  "Radia Perlman",
];

const HOUR_MS = 3_600_000;
const HISTORY_HOURS = 30 * 24;
const BRIDGE_PEOPLE = 40;

/** What was made, by what the pictures ask for. */
export interface Seeded {
  readonly connectors: ReadonlyMap<string, string>;
  readonly people: readonly string[];
  readonly group: string;
  readonly webhook: string;
  readonly provider: FakeProvider;
}

/** Fills an empty gateway. */
export async function seed(world: World): Promise<Seeded> {
  const { origin } = world;
  const connectors = new Map<string, string>();
  const tokens = new Map<string, string>();
  for (const [preset, name] of PRESETS.toReversed()) {
    const tenant = preset === "onelogin" ? "globex" : "acme";
    const { body } = await askAdmin(origin, "/connectors", { name, preset, tenant });
    connectors.set(preset, body.connector.id);
    tokens.set(preset, body.token.secret);
  }
  const idOf = (preset: string) => connectors.get(preset) ?? "";
  const { people, group } = await pushPeople(origin, tokens.get("okta") ?? "");
  await pushPeople(origin, tokens.get("entra") ?? "");
  await decorate(origin, idOf("okta"), people);
  const soon = new Date(Date.now() + 5 * 24 * HOUR_MS).toISOString();
  await askAdmin(origin, `/connectors/${idOf("entra")}/tokens`, { name: "Entra", expiresAt: soon });
  const hook = { name: "Application", url: "http://127.0.0.1:9/scim-events" };
  const { body } = await askAdmin(origin, `/connectors/${idOf("okta")}/webhooks`, hook);
  const all = { name: "Data warehouse", url: "https://warehouse.example.com/scim" };
  await askAdmin(origin, "/webhooks", { ...all, scope: "everything" });
  await askAdmin(origin, "/webhooks", { ...all, name: "Acme", scope: { tenant: "acme" } });
  await askAdmin(origin, "/keys", { name: "Application", role: "feed", tenant: "acme" });
  const provider = await startProvider("google", BRIDGE_PEOPLE);
  await setUpBridge(origin, idOf("google"), provider);
  await countRequests(origin);
  await world.rewrite((database) => writeHistory(database, [...connectors.values()]));
  return { connectors, people, group, webhook: body.id, provider };
}

/** What a provider would have sent by now, refusals among it. */
async function pushPeople(origin: string, token: string) {
  const people: string[] = [];
  for (const [at, displayName] of PEOPLE.entries()) {
    const [givenName = "", familyName = ""] = displayName.split(" ");
    const userName = `${givenName.toLowerCase()}@example.com`;
    const user = {
      userName,
      externalId: `00u${at}`,
      displayName,
      name: { givenName, familyName },
      title: at % 3 === 0 ? "Engineer" : "Manager",
      emails: [{ value: userName, type: "work", primary: true }],
      active: at !== 5,
    };
    people.push((await askScim(origin, "/Users", token, user)).body.id);
  }
  const members = people.slice(0, 5).map((value) => ({ value }));
  const team = { displayName: "Engineering", members: [...members, { value: "00u-not-here" }] };
  const { body } = await askScim(origin, "/Groups", token, team);
  await askScim(origin, "/Groups", token, { displayName: "Staff", members });
  await askScim(origin, "/Users", token, { userName: "ada@example.com" });
  await askScim(origin, "/Users", token, { displayName: "Nobody" });
  await askScim(origin, "/Users", token, { userName: "x@example.com", emails: "x@example.com" });
  return { people, group: String(body.id) };
}

/** Roles, accounts of the application, and one who was switched off by hand. */
async function decorate(origin: string, id: string, [first = "", , third = ""]: readonly string[]) {
  const roles = [{ group: "Engineering", role: "developer" }];
  const settings = { roles, createOnly: ["title"], allowedDomains: ["example.com"] };
  await askAdmin(origin, `/connectors/${id}`, { settings }, "PATCH");
  const account = { accountId: "4711", registered: "2026-11-02T09:00:00Z" };
  await askAdmin(origin, `/connectors/${id}/users/${first}`, account, "PATCH");
  await askAdmin(origin, `/connectors/${id}/users/${third}/deactivate`, {});
  const users = [{ userName: "imported@example.com", accountId: "12" }];
  await askAdmin(origin, `/connectors/${id}/users/import`, { users });
}

async function setUpBridge(origin: string, id: string, { source, credentials }: FakeProvider) {
  const path = `/connectors/${id}/bridge`;
  const body = { source, credentials };
  const { status, body: answer } = await askAdmin(origin, path, body, "PUT");
  if (status >= 400) throw new Error(`The bridge was not set up: ${answer.detail}`);
  await askAdmin(origin, `${path}/sync`, {});
}

/** Lets cron count what was logged, as it does every minute. */
async function countRequests(origin: string): Promise<void> {
  await fetch(`${origin}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
}

/** Requests of a month by the hour, more of them by day than by night. */
function writeHistory(database: DatabaseSync, connectorIds: readonly string[]): void {
  const insert = database.prepare(
    `INSERT OR IGNORE INTO activity (connector_id, hour, requests_2xx, requests_3xx, requests_4xx, requests_5xx, refusals_4xx, refusals_5xx, latency_ms)
     SELECT number, ?, ?, ?, ?, ?, 0, 0, ? FROM connectors WHERE id = ?`,
  );
  const now = Math.floor(Date.now() / HOUR_MS);
  for (const [at, id] of connectorIds.entries()) {
    for (let back = 1; back <= HISTORY_HOURS; back++) {
      const hour = now - back;
      const byDay = Math.max(0, Math.sin(((hour % 24) / 24) * Math.PI));
      const good = Math.round(byDay * (60 + ((hour * 7919 + at * 31) % 40)));
      const refused = (hour * 31 + at * 7) % 17 === 0 ? 3 + (hour % 5) : 0;
      insert.run(
        hour,
        good,
        Math.round(good / 8),
        refused,
        at === 1 ? refused % 3 : 0,
        good * 9,
        id,
      );
    }
  }
}

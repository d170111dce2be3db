import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { type Insisted, openInsisting } from "#test/support/faults/admin.ts";
import { playAll, seedsOf } from "#test/support/faults/life.ts";
import { openGateway, type TestAnswer } from "#test/support/gateway.ts";

// An admin call is not retried by the gateway: a D1 that fails is 503, and the call may have been
// stored. Whoever repeats it must end with whole things, and with all that was answered.

const SEEDS = seedsOf(30);
const plain = openGateway();

/** The answer of a 503, which never tells more. */
function isPlain503({ status, headers, body }: TestAnswer): boolean {
  const type = headers.get("Content-Type");
  const isProblem = type === "application/problem+json" && body.status === 503;
  return status === 503 && headers.get("Retry-After") === "2" && isProblem;
}

/** Whether a call that makes something made as many as D1 stored, and was answered with one of them. */
function isMade({ answer, stored }: Insisted, listed: readonly string[], id: string): boolean {
  return answer.status === 201 && listed.length === stored && listed.includes(id);
}

/** The status of a deletion: 404 where it was an earlier try, not answered, that deleted. */
function isGone({ answer, stored }: Insisted): boolean {
  return answer.status === 204 || (answer.status === 404 && stored > 0);
}

/** Whoever plays a life: the calls are repeated until they are answered, and what is wrong is noted. */
function openAdministrator(seed: number) {
  const insist = openInsisting(seed);
  const wrong: string[] = [];
  const note = (what: string, isRight: boolean) => {
    if (!isRight) wrong.push(`seed ${seed}: ${what}`);
  };
  const call = async (request: string, body?: object) => {
    const insisted = await insist({ request, body });
    note(`${request} refused otherwise`, insisted.refusals.every(isPlain503));
    return insisted;
  };
  return { seed, wrong, note, call };
}

type Administrator = ReturnType<typeof openAdministrator>;

/** The ids of what a list holds. */
async function idsIn(path: string, key = "id"): Promise<readonly string[]> {
  const { body } = await plain.admin(path);
  return body.items.map((item: Record<string, string>) => item[key]);
}

async function makeConnector({ seed, note, call }: Administrator) {
  const name = `Seed ${seed}`;
  const made = await call("POST /connectors", { name, tenant: name });
  const { connector, token } = made.answer.body;
  const query = new URLSearchParams({ tenant: name });
  note("connectors", isMade(made, await idsIn(`/connectors?${query}`), connector.id));
  return { own: `/connectors/${connector.id}`, token };
}

async function changeConnector({ seed, note, call }: Administrator, own: string) {
  const change = { name: `Renamed ${seed}`, settings: { strict: true } };
  const changed = await call(`PATCH ${own}`, change);
  const { body: now } = await plain.admin(own);
  note("change", changed.answer.status === 200 && now.settings.strict && now.name === change.name);
  const stated = await call(`PUT ${own}/attributes`, {
    attributes: [{ name: "costCode", type: "string" }],
  });
  const { body: shown } = await plain.admin(`${own}/attributes`);
  note("attributes", stated.answer.status === 200 && shown.attributes.length === 1);
}

async function changeTokens(
  { note, call }: Administrator,
  own: string,
  first: { readonly id: string; readonly secret: string },
) {
  const second = await call(`POST ${own}/tokens`, { name: "second" });
  const tokens = await idsIn(`${own}/tokens`);
  const others = tokens.filter((id) => id !== first.id);
  note("tokens", isMade(second, others, second.answer.body.id));
  const path = `${own}/tokens/${second.answer.body.id}`;
  const rotated = await call(`POST ${path}/rotate`, {});
  const successors = (await idsIn(`${own}/tokens`)).filter((id) => !tokens.includes(id));
  note("successors", isMade(rotated, successors, rotated.answer.body.id));
  note("revocation", (await call(`DELETE ${path}`)).answer.status === 204);
  const secrets = [first.secret, second.answer.body.secret, rotated.answer.body.secret];
  const reads = secrets.map((token) => plain.scim("/Users?count=0", { token }));
  const statuses = (await Promise.all(reads)).map(({ status }) => status);
  note(`tokens read ${statuses}`, statuses.join() === "200,401,200");
}

async function changeClients({ note, call }: Administrator, own: string) {
  const client = await call(`POST ${own}/clients`, {});
  const { clientId } = client.answer.body;
  note("clients", isMade(client, await idsIn(`${own}/clients`, "clientId"), clientId));
  note("client", (await call(`DELETE ${own}/clients/${clientId}`)).answer.status === 204);
}

async function changeWebhooks({ note, call }: Administrator, own: string) {
  const made = await call(`POST ${own}/webhooks`, { url: "https://receiver.example/hook" });
  note("webhooks", isMade(made, await idsIn(`${own}/webhooks`), made.answer.body.id));
  const path = `${own}/webhooks/${made.answer.body.id}`;
  const stopped = await call(`PATCH ${path}`, { status: "disabled" });
  note("webhook", stopped.answer.body.disabledReason === "administrator");
  note("secret", (await call(`POST ${path}/rotate`, {})).answer.status === 200);
  note("webhook deletion", isGone(await call(`DELETE ${path}`)));
}

/** Every admin write of one connector: what is not as it should be. */
async function life(seed: number): Promise<readonly string[]> {
  const administrator = openAdministrator(seed);
  const { own, token } = await makeConnector(administrator);
  await changeConnector(administrator, own);
  await changeTokens(administrator, own, token);
  await changeClients(administrator, own);
  await changeWebhooks(administrator, own);
  const deleted = await administrator.call(`DELETE ${own}`);
  administrator.note("deletion", isGone(deleted));
  const after = await plain.scim("/Users", { token: token.secret });
  administrator.note("token of a deleted connector", after.status === 401);
  return administrator.wrong;
}

test("a D1 that fails before or after commits leaves no half of what administrators write", async () => {
  const wrong = await playAll(SEEDS, life);

  expect(wrong.flat()).toEqual([]);
  expect(await contradictions()).toEqual([]);
  const tokenless = `SELECT count(*) AS n FROM connectors
    WHERE NOT EXISTS (SELECT 1 FROM credentials WHERE connector_id = number)`;
  expect(await env.DB.prepare(tokenless).first("n")).toBe(0);
});

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { openGateway, type TestAnswer } from "#test/support/gateway.ts";

const gateway = openGateway();

/** More round trips than any of these calls takes, so that the last ones stand for "after it". */
const TRIPS = [1, 2, 3, 4] as const;
const SIDES = ["before", "after"] as const;
const MOMENTS = SIDES.flatMap((side) => TRIPS.map((trip) => [side, trip] as const));

type Moment = readonly [side: (typeof SIDES)[number], trip: number];

/** A gateway on which something happens before or after a round trip; `done` does it if it has not happened. */
function interrupted([side, trip]: Moment, event: () => Promise<unknown>) {
  let trips = 0;
  let isDone = false;
  const once = async () => {
    isDone = true;
    await event();
  };
  const db = wrapDatabase(env.DB, async (run) => {
    trips += 1;
    const isNow = trips === trip;
    if (isNow && side === "before") await once();
    const results = await run();
    if (isNow && side === "after") await once();
    return results;
  });
  return {
    race: openGateway({ db, roundTripsMax: 8 }),
    done: async () => {
      if (!isDone) await once();
    },
  };
}

async function aClient() {
  const connector = await gateway.connector();
  const path = `/connectors/${connector.id}`;
  const { body } = await gateway.admin(`${path}/clients`, { body: {} });
  const token = (await gateway.admin(`${path}/tokens`)).body.items[0].id as string;
  return {
    path,
    connector,
    token,
    id: body.clientId as string,
    secret: body.clientSecret as string,
  };
}

type Client = Awaited<ReturnType<typeof aClient>>;

function askToken(asked: ReturnType<typeof openGateway>, { id, secret }: Client) {
  const form = { grant_type: "client_credentials", client_id: id, client_secret: secret };
  const request = new Request("https://scim.example.com/oauth/token", {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return asked.send(request);
}

/** How many credentials a connector has that were neither revoked nor made with it. */
async function newCredentials({ connector, token }: Client): Promise<number | null> {
  const text = `SELECT count(*) AS n FROM credentials WHERE revoked_at IS NULL AND id <> ?2
    AND connector_id = (SELECT number FROM connectors WHERE id = ?1)`;
  return await env.DB.prepare(text).bind(connector.id, token).first<number>("n");
}

const remove = (path: string) => gateway.admin(path, { method: "DELETE" });

/** What ends a client's right to access tokens. */
const ENDS: readonly (readonly [what: string, end: (client: Client) => Promise<unknown>])[] = [
  ["the client is revoked", ({ path, id }) => remove(`${path}/clients/${id}`)],
  ["the connector is deleted", ({ path }) => remove(path)],
  [
    "the connector is disabled",
    ({ path }) => gateway.admin(path, { method: "PATCH", body: { status: "disabled" } }),
  ],
];

test.each(ENDS.flatMap(([what, end]) => MOMENTS.map((at) => [what, ...at, end] as const)))(
  "%s %s round trip %i of a token request: no token lets in afterwards",
  async (_what, side, trip, end) => {
    const client = await aClient();
    const { race, done } = interrupted([side, trip], () => end(client));

    const answer = await askToken(race, client);
    await done();

    const use = await gateway.scim("/Users", { token: answer.body.access_token ?? client.secret });
    expect([401, 403]).toContain(use.status);
    expect([200, 400, 401]).toContain(answer.status);
  },
);

test.each(ENDS)("a token request during which %s stores nothing", async (_what, end) => {
  const client = await aClient();
  const { race } = interrupted(["after", 1], () => end(client));

  const answer = await askToken(race, client);

  expect(["invalid_client", "unauthorized_client"]).toContain(answer.body.error);
  expect(await newCredentials(client)).toBe(0);
});

/** The calls of administrators that give out a credential. */
const GIVERS: readonly (readonly [what: string, pathOf: (client: Client) => string])[] = [
  ["a new token", ({ path }) => `${path}/tokens`],
  ["a new client", ({ path }) => `${path}/clients`],
  ["a rotation", ({ path, token }) => `${path}/tokens/${token}/rotate`],
];

/** Whether an answer and what is stored agree on whether something was given. */
async function expectAllOrNothing(client: Client, answer: TestAnswer, countBefore: number) {
  const given = (await credentialsAndClients(client)) - countBefore;
  expect([answer.status, given]).toEqual(answer.status === 201 ? [201, 1] : [404, 0]);
}

async function credentialsAndClients({ connector }: Client): Promise<number> {
  const number = "(SELECT number FROM connectors WHERE id = ?1)";
  const text = `SELECT (SELECT count(*) FROM credentials WHERE connector_id = ${number})
    + (SELECT count(*) FROM oauth_clients WHERE connector_id = ${number}) AS n`;
  return (await env.DB.prepare(text).bind(connector.id).first<number>("n")) ?? 0;
}

test.each(GIVERS.flatMap(([what, pathOf]) => MOMENTS.map((at) => [what, ...at, pathOf] as const)))(
  "%s whose connector is deleted %s round trip %i is given whole or not at all",
  async (_what, side, trip, pathOf) => {
    const client = await aClient();
    const before = await credentialsAndClients(client);
    const { race, done } = interrupted([side, trip], () => remove(client.path));

    const answer = await race.admin(pathOf(client), { body: {} });
    await done();

    await expectAllOrNothing(client, answer, before);
    const use = await gateway.scim("/Users", { token: answer.body.secret ?? client.secret });
    expect(use.status).toBe(401);
  },
);

test.each(["before", "after"] as const)(
  "a rotation of a token that is revoked %s it was looked up gives no new one",
  async (side) => {
    const client = await aClient();
    const before = await credentialsAndClients(client);
    const revoke = () => remove(`${client.path}/tokens/${client.token}`);
    const { race } = interrupted([side, 2], revoke);

    const answer = await race.admin(`${client.path}/tokens/${client.token}/rotate`, { body: {} });

    expect(answer.status).toBe(404);
    await expectAllOrNothing(client, answer, before);
  },
);

test("a rotation that comes too late leaves the revoked token as it is", async () => {
  const client = await aClient();
  const tokens = `${client.path}/tokens`;
  const { race } = interrupted(["after", 2], () => remove(`${tokens}/${client.token}`));

  await race.admin(`${tokens}/${client.token}/rotate`, { body: {} });

  const [token] = (await gateway.admin(tokens)).body.items;
  expect(token).toMatchObject({ id: client.token, expiresAt: null });
});

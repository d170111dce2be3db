import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { type Interceptor, wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { openGateway, type TestConnector } from "#test/support/gateway.ts";
import { patchAttribute, postUser, sendBulk, statusesOf } from "#test/support/scim/bulk.ts";

const plain = openGateway();

/** A gateway whose round trips go through an interceptor. */
function gatewayOver(intercept: Interceptor) {
  return openGateway({ db: wrapDatabase(env.DB, intercept), roundTripsMax: 200 });
}

async function userCount({ token }: TestConnector): Promise<number> {
  return (await plain.scim("/Users?count=0", { token })).body.totalResults;
}

/** A gateway before whose n-th round trip a rival acts; the connection is opened only then. */
function withRival(nth: number, act: () => Promise<unknown>) {
  let trips = Number.NEGATIVE_INFINITY;
  const gateway = gatewayOver(async (run) => {
    trips += 1;
    if (trips === nth) await act();
    return run();
  });
  const begin = () => {
    trips = 0;
  };
  return { gateway, begin };
}

/** The round trips of a Bulk that is one run: the token, the look, the commit. */
const COMMIT = 3;

test("a rival that takes one of the names between look and commit costs that operation only", async () => {
  let token = "";
  const operations = Array.from({ length: 100 }, (_, n) => postUser({ userName: `u${n}` }));
  const { gateway, begin } = withRival(COMMIT, () =>
    plain.scim("/Users", { token, body: { userName: "U42" } }),
  );
  const client = await gateway.client();
  token = client.token;
  begin();

  const answer = await sendBulk(client, operations);

  expect(statusesOf(answer)).toEqual(operations.map((_, n) => (n === 42 ? "409" : "201")));
  expect(await userCount(client)).toBe(100);
  expect(await contradictions()).toEqual([]);
});

test("a rival that changes one of the users loses nothing, and neither does the run", async () => {
  let token = "";
  let ids: readonly string[] = [];
  const { gateway, begin } = withRival(COMMIT, () =>
    plain.scim(`/Users/${ids[7]}`, {
      token,
      method: "PATCH",
      body: patchAttribute("", "nickName", "rival").data,
    }),
  );
  const client = await gateway.client();
  token = client.token;
  const made = await Promise.all(Array.from({ length: 20 }, () => client.post(postUser().data)));
  ids = made.map(({ body }) => body.id);
  begin();

  const answer = await sendBulk(
    client,
    ids.map((id) => patchAttribute(`/Users/${id}`, "title", "x")),
  );

  expect(new Set(statusesOf(answer))).toEqual(new Set(["200"]));
  expect((await client.get(ids[7] ?? "")).body).toMatchObject({ nickName: "rival", title: "x" });
  expect(await contradictions()).toEqual([]);
});

test("a held name that one operation wants to change to costs that operation only", async () => {
  const client = await openGateway({ roundTripsMax: 100 }).client();
  const made = await Promise.all(Array.from({ length: 32 }, () => client.post(postUser().data)));
  await client.post({ userName: "held" });
  const renames = made.map(({ body }, n) =>
    patchAttribute(`/Users/${body.id}`, "userName", n === 9 ? "HELD" : `renamed-${n}`),
  );

  const answer = await sendBulk(client, renames);

  expect(statusesOf(answer)).toEqual(renames.map((_, n) => (n === 9 ? "409" : "200")));
  expect(await contradictions()).toEqual([]);
});

test("a rival that sends the same Bulk at the same time shares the users out", async () => {
  const gateway = openGateway({ roundTripsMax: 100 });
  const client = await gateway.client();
  const operations = Array.from({ length: 200 }, (_, n) => postUser({ userName: `u${n}` }));

  const answers = await Promise.all([1, 2, 3].map(() => sendBulk(client, operations)));

  const created = answers.flatMap(statusesOf).filter((status) => status === "201");
  expect(created).toHaveLength(200);
  expect(new Set(answers.flatMap(statusesOf))).toEqual(new Set(["201", "409"]));
  expect(await userCount(client)).toBe(200);
  expect(await contradictions()).toEqual([]);
});

test("a rival that revokes the token stops the Bulk with 401, and nothing is stored", async () => {
  let revoke = async (): Promise<unknown> => undefined;
  const { gateway, begin } = withRival(COMMIT, () => revoke());
  const client = await gateway.client();
  const tokens = `/connectors/${client.id}/tokens`;
  const [{ id }] = (await plain.admin(tokens)).body.items;
  revoke = () => plain.admin(`${tokens}/${id}`, { method: "DELETE" });
  begin();

  const answer = await sendBulk(client, [postUser({ userName: "no1" }), postUser()]);

  expect(answer.status).toBe(401);
  const stored = "SELECT count(*) AS n FROM resources WHERE name_key = 'no1'";
  expect(await env.DB.prepare(stored).first("n")).toBe(0);
});

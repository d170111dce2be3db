import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { feedPage } from "#test/support/changes/feed.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { adding, openGroups, removing } from "#test/support/scim/groups.ts";

// The feed as security event tokens (RFC 8417) with the events of RFC 9967.

const PROV = "urn:ietf:params:scim:event:prov";
const ISSUER = "https://scim.example.com";
const gateway = openGateway();

/** The key set that a gateway publishes. */
async function publishedKeys(opened = gateway) {
  const { body } = await opened.api("/jwks.json");
  return body;
}

/** The tokens of a connector's feed, oldest first. */
async function tokensOf(client: TestClient, opened = gateway): Promise<readonly string[]> {
  const { body } = await feedPage(opened, client.id, { format: "set" });
  return Object.values(body.sets);
}

/** The claims of a connector's feed, oldest first. */
async function claimsOf(client: TestClient) {
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of claims they just caused
  return (await tokensOf(client)).map((token) => decodeJwt<any>(token));
}

test("a token verifies against the published keys and names its feed and its event", async () => {
  const client = await gateway.client();
  const { body: user } = await client.post(aUser({ externalId: "a1", displayName: "Ada" }));
  const { body: json } = await feedPage(gateway, client.id);
  const { body } = await feedPage(gateway, client.id, { format: "set" });

  const [[jti, token] = ["", ""]] = Object.entries<string>(body.sets);
  const { payload, protectedHeader } = await jwtVerify(
    token,
    createLocalJWKSet(await publishedKeys()),
    {
      issuer: ISSUER,
      audience: `${ISSUER}/v1/connectors/${client.id}`,
      typ: "secevent+jwt",
    },
  );

  const [event] = json.items;
  expect(protectedHeader.alg).toBe("EdDSA");
  expect(payload).toMatchObject({
    jti: event.id,
    txn: event.eventId,
    iat: Math.floor(Date.parse(event.time) / 1_000),
    sub_id: { format: "scim", uri: `/Users/${user.id}`, externalId: "a1" },
    events: { [`${PROV}:create:full`]: { version: 'W/"1"', data: event.resource } },
  });
  expect(jti).toBe(event.id);
  expect(body).toMatchObject({ moreAvailable: false, next: json.next });
});

test("with PUBLIC_URL the issuer is that, whichever host was asked", async () => {
  const PUBLIC_URL = "https://public.example";
  const client = await gateway.client();
  await client.post(aUser());

  const [token = ""] = await tokensOf(client, openGateway({ publicUrl: PUBLIC_URL }));

  const { iss, aud } = decodeJwt(token);
  expect([iss, aud]).toEqual([PUBLIC_URL, `${PUBLIC_URL}/v1/connectors/${client.id}`]);
});

test("what an older key signed verifies after a rotation, and a new key signs", async () => {
  const [older, newer] = [`old:${"B".repeat(43)}`, `new:${"C".repeat(43)}`];
  const before = openGateway({ encryptionKeys: older });
  const after = openGateway({ encryptionKeys: `${newer},${older}` });
  const client = await gateway.client();
  await client.post(aUser());

  const [signedBefore = ""] = await tokensOf(client, before);
  const [signedAfter = ""] = await tokensOf(client, after);
  const keys = createLocalJWKSet(await publishedKeys(after));

  const headers = [
    (await jwtVerify(signedBefore, keys)).protectedHeader,
    (await jwtVerify(signedAfter, keys)).protectedHeader,
  ];
  expect(new Set(headers.map(({ kid }) => kid)).size).toBe(2);
});

test("the published keys hold no private part and may be cached", async () => {
  const { body, headers } = await gateway.send(new Request(`${ISSUER}/.well-known/jwks.json`));

  expect(headers.get("Cache-Control")).toBe("public, max-age=300");
  expect(body).toEqual(await publishedKeys());
  expect(Object.keys(body.keys[0]).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
});

test("the same event read twice is the same token", async () => {
  const client = await gateway.client();
  await client.post(aUser());

  expect(await tokensOf(client)).toEqual(await tokensOf(client));
});

describe("the events of", () => {
  test("a user's life", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser({ externalId: "a1" }));
    await client.patch(user.id, aPatch({ op: "add", path: "title", value: "Dr" }));
    await client.patch(user.id, aPatch({ op: "replace", path: "active", value: false }));
    await client.patch(user.id, aPatch({ op: "replace", path: "active", value: true }));
    await client.remove(user.id);
    await client.post(aUser({ userName: user.userName, externalId: "a1" }));

    const claims = await claimsOf(client);

    expect(claims.map(({ events }) => Object.keys(events))).toEqual([
      [`${PROV}:create:full`],
      [`${PROV}:put:full`],
      [`${PROV}:deactivate`, `${PROV}:put:full`],
      [`${PROV}:activate`, `${PROV}:put:full`],
      [`${PROV}:delete`],
      [`${PROV}:create:full`],
    ]);
    expect(claims[1].events[`${PROV}:put:full`]).toMatchObject({
      version: 'W/"2"',
      data: { id: user.id, title: "Dr" },
    });
  });

  test("a group's life are patches, which leave its members alone", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user({ displayName: "Ada" });
    const group = await groups.group();
    await groups.patch(group, aPatch({ op: "replace", path: "displayName", value: "Team" }));
    await groups.patch(group, aPatch(adding(ada)));
    await groups.patch(group, aPatch(removing(ada)));
    await groups.remove(group);

    const claims = (await claimsOf(groups.client)).slice(1);

    const operations = claims.map(
      ({ events }) => events[`${PROV}:patch:full`]?.data.Operations ?? Object.keys(events),
    );
    expect(operations).toEqual([
      [`${PROV}:create:full`],
      [{ op: "replace", path: "displayName", value: "Team" }],
      [{ op: "add", path: "members", value: [{ value: ada, type: "User", display: "Ada" }] }],
      [{ op: "remove", path: `members[value eq "${ada}"]` }],
      [`${PROV}:delete`],
    ]);
    expect(claims.every(({ sub_id }) => sub_id.uri === `/Groups/${group}`)).toBe(true);
  });
});

test("a page of tokens holds a hundred at most, and goes on behind them", async () => {
  const client = await gateway.client();
  for (let n = 0; n < 101; n += 1) await client.post(aUser());

  const { body } = await feedPage(gateway, client.id, { format: "set", limit: 1_000 });
  const { body: rest } = await feedPage(gateway, client.id, { format: "set", after: body.next });

  expect(Object.keys(body.sets)).toHaveLength(100);
  expect(body.moreAvailable).toBe(true);
  expect(Object.keys(rest.sets)).toHaveLength(1);
});

import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  aPatch,
  aUser,
  filterQuery,
  openGateway,
  type ScimRequest,
  type TestClient,
} from "#test/support/gateway.ts";

// A Bulk may take more round trips than other requests.
const gateway = openGateway({ roundTripsMax: 6 });

const ADA = {
  userName: "Ada.Lovelace@example.com",
  externalId: "e1",
  displayName: "Countess Lovelace",
  emails: [{ value: "ada@home.example", type: "home" }],
};

/** What in ADA tells who she is, in any letter case. */
const PERSONAL = /lovelace|countess|home\.example|ada@|ada\.|ada%40/i;

/** A client whose connector masks, and ada's id. */
async function withAda() {
  const client = await gateway.client({ settings: { maskPersonalData: true } });
  const { body } = await client.post(aUser(ADA));
  return { client, id: body.id as string };
}

async function eventsOf(client: TestClient) {
  const { body } = await gateway.admin(`/connectors/${client.id}/events`);
  return body.items;
}

async function storedEvents(client: TestClient): Promise<string> {
  // Also what waits in the isolate's memory.
  await eventsOf(client);
  const { results } = await env.DB.prepare(
    `SELECT * FROM events WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)`,
  )
    .bind(client.id)
    .all();
  return JSON.stringify(results);
}

describe("a connector that masks personal data", () => {
  type Sent = ScimRequest & { readonly path?: string };

  const rename = (userName: string) => aPatch({ op: "replace", path: "userName", value: userName });

  test.each<[what: string, sent: Sent, status: number]>([
    ["a PATCH", { path: "/Users/{id}", method: "PATCH", body: rename("ada.king@x.example") }, 200],
    ["a PUT", { path: "/Users/{id}", method: "PUT", body: aUser({ ...ADA, title: "Ada." }) }, 200],
    ["a DELETE", { path: "/Users/{id}", method: "DELETE" }, 204],
    ["a read", { path: "/Users/{id}" }, 200],
    ["a list", {}, 200],
    ["a filter", { path: `/Users${filterQuery('userName eq "ada.lovelace@example.com"')}` }, 200],
    ["a filter by name", { path: `/Users${filterQuery('displayName eq "Countess L"')}` }, 200],
    ["a filter with pluses", { path: "/Users?filter=displayName+sw+%22Countess+L%22" }, 200],
    ["a broken filter", { path: `/Users${filterQuery('displayName = "Countess L"')}` }, 400],
    ["a filter without an end", { path: `/Users${filterQuery('title eq "Countess L')}` }, 400],
    ["a path filter", { path: '/Users?attributes=emails[value eq "ada@home.example"]' }, 200],
    ["another parameter", { path: "/Users?login=lovelace" }, 200],
    ["a parameter without a value", { path: "/Users?ada@home.example" }, 200],
    ["a name as an id", { path: "/Users/lovelace" }, 404],
    ["an address as an id", { path: "/Users/ada%40home.example", method: "DELETE" }, 404],
    ["a path that is none", { path: "/ada@home.example" }, 404],
    ["a search", { path: "/Users/.search", body: { filter: 'userName sw "ada."' } }, 200],
    ["a conflict", { body: aUser({ ...ADA, externalId: "e2" }) }, 409],
    ["a refused value", { body: aUser({ ...ADA, active: "Lovelace" }) }, 400],
    ["an unknown name", { body: aUser({ "ada@home.example": 1 }) }, 201],
    ["broken JSON", { body: '{"userName":"Lovelace"' }, 400],
    ["a wrong If-Match", { path: "/Users/{id}", method: "DELETE", headers: ifMatch() }, 412],
    ["a wrong type", { body: "Lovelace", headers: { "Content-Type": "text/ada@x.example" } }, 415],
  ])(
    "stores nothing that tells who it was of %s",
    async (_what, { path = "/Users", ...request }, status) => {
      const { client, id } = await withAda();

      const answer = await client.call(path.replace("{id}", id), request);

      expect(answer.status).toBe(status);
      expect(await eventsOf(client)).toHaveLength(2);
      expect(await storedEvents(client)).not.toMatch(PERSONAL);
    },
  );

  test("keeps what an administrator needs: who by id, what changed by name, and when", async () => {
    const { client, id } = await withAda();

    await client.patch(id, aPatch({ op: "replace", path: "displayName", value: "Ada King" }));

    const [patched, created] = await eventsOf(client);
    expect(patched).toMatchObject({
      method: "PATCH",
      path: `/scim/v2/Users/${id}`,
      status: 200,
      resourceType: "User",
      resourceId: id,
      userName: "A…",
      requestBody: null,
      responseBody: null,
      difference: { displayName: { from: "…", to: "…" } },
    });
    expect(created.difference).toMatchObject({ userName: { to: "…" }, emails: { to: "…" } });
  });

  test("keeps the shape of a query", async () => {
    const { client } = await withAda();
    const filter = 'userName eq "ada@x" or (emails[type eq "work"] and meta.version ne 7)';

    await client.call(`/Users?${new URLSearchParams({ filter, count: "5", attributes: "title" })}`);

    const [{ path }] = await eventsOf(client);
    const query = new URL(path, "https://x").searchParams;
    expect(query.get("filter")).toBe(
      'userName eq "…" or (emails[type eq "…"] and meta.version ne "…")',
    );
    expect([query.get("count"), query.get("attributes")]).toEqual(["5", "title"]);
  });

  test("explains a refusal without its values, and names the holder by id", async () => {
    const { client, id } = await withAda();

    await client.post(aUser({ ...ADA, externalId: "e2" }));

    const [{ explanation, userName }] = await eventsOf(client);
    expect(userName).toBe("A…");
    expect(explanation).toContain(`userName "…", which the user with the id ${id} (`);
  });

  test("explains every other refusal by its kind", async () => {
    const { client } = await withAda();

    await client.find('nosuch eq "Lovelace"');

    const [{ explanation }] = await eventsOf(client);
    expect(explanation).toBe(
      "The request was refused with 400 invalidFilter. Correct the matching or import settings of the provider that ask this.",
    );
  });

  test("finds a user's history by id, and by name nothing", async () => {
    const { client, id } = await withAda();
    await client.get(id);

    const byId = await gateway.admin(`/connectors/${client.id}/users/${id}/events`);
    const byName = await gateway.admin(`/connectors/${client.id}/events?user=${ADA.userName}`);

    expect(byId.body.items).toHaveLength(2);
    expect(byName.body.items).toEqual([]);
  });

  test("masks the operations of a Bulk", async () => {
    const { client } = await withAda();
    const data = aUser({ ...ADA, userName: "ada.king@x.example", externalId: "e2" });
    const Operations = [
      { method: "POST", path: "/Users", bulkId: "ada@home.example", data },
      { method: "DELETE", path: "/Users/lovelace" },
    ];

    const answer = await client.call("/Bulk", { body: { Operations } });

    expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual([
      "201",
      "404",
    ]);
    expect(await storedEvents(client)).not.toMatch(PERSONAL);
  });

  test("answers its client as ever", async () => {
    const { client, id } = await withAda();

    expect((await client.get(id)).body).toMatchObject(ADA);
    expect((await client.post(aUser({ userName: ADA.userName }))).body.detail).toContain(
      "userName",
    );
  });

  test("masks from the moment on at which it was told to", async () => {
    const client = await gateway.client();
    await client.post(aUser(ADA));
    await client.changeSettings({ maskPersonalData: true });

    await client.post(aUser({ userName: "bob@example.com" }));

    const [bob, ada] = await eventsOf(client);
    expect([bob.userName, ada.userName]).toEqual(["b…", ADA.userName]);
  });
});

function ifMatch() {
  return { "If-Match": 'W/"lovelace"' };
}

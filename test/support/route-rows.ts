import { aPatch, type openGateway, type TestClient } from "./gateway.ts";

/** What a route is asked: `{user}`, `{group}` … stand for ids of whoever the test asks about. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
}

/** What is to be seen of a route. */
export type Row =
  /** Runs before the routes and answers nothing of its own. */
  | { readonly kind: "middleware" }
  /** The page of the console, for everybody, where it is built. */
  | ({ readonly kind: "page" } & Asked)
  /** Answers everybody alike, and takes no id of a connector. */
  | ({ readonly kind: "open"; readonly status: number } & Asked)
  /** 401 without a good token of a connector; another connector's ids are as unknown ones. */
  | ({ readonly kind: "scim" } & Asked)
  /** The same, but open to whoever has no token. */
  | ({ readonly kind: "discovery" } & Asked)
  /** 401 without a key or the admin token; what a key does not see is as unknown (the ids of a path: `:name`). */
  | ({ readonly kind: "application" } & Asked)
  /** 401 without the session of a set-up link; what the link does not let do is as unknown (the ids of a path: `:name`). */
  | ({ readonly kind: "setup" } & Asked)
  /** 401 without the admin token; the ids of a connector's things work under that connector alone. */
  | ({ readonly kind: "admin" } & Asked);

const USER = { userName: "walker", displayName: "Walker" };
const MEMBERS = [{ value: "{user}" }];
const ALL_MEMBERS = [...MEMBERS, { value: "{group}" }];
const MANAGER = {
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { manager: { value: "{user}" } },
};
const SEARCH = {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
  filter: 'id eq "{user}" or id eq "{group}"',
};
const GROUP_SEARCH = { ...SEARCH, filter: 'members[value eq "{user}"] or id eq "{group}"' };
const BULK = {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
  Operations: [
    { method: "PATCH", path: "/Users/{user}", data: aPatch({ op: "remove", path: "title" }) },
    { method: "PUT", path: "/Groups/{group}", data: { displayName: "Taken", members: MEMBERS } },
    {
      method: "POST",
      path: "/Groups",
      bulkId: "g",
      data: { displayName: "G", members: ALL_MEMBERS },
    },
    { method: "DELETE", path: "/Users/{user}" },
  ],
};

/** The bridge that every connector of the walk has. */
export const BRIDGE = {
  source: { type: "okta", baseUrl: "https://acme.okta.com" },
  credentials: { apiToken: "walker" },
};

const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

/** A set-up link that lets do everything. */
export const SETUP_LINK = {
  name: "Walk",
  expiresAt: TOMORROW,
  can: ["connect", "rotate-token", "bridge-credentials", "log"],
};

/** Every route of the gateway; one that is missing here fails the first test below. */
export const ROWS: Readonly<Record<string, Row>> = {
  "ALL /*": { kind: "middleware" },
  "GET /healthz": { kind: "open", status: 200 },
  "GET /.well-known/jwks.json": { kind: "open", status: 200 },
  "GET /": { kind: "open", status: 404 },
  "POST /console/session": { kind: "open", status: 401 },
  "POST /console/session/links": { kind: "open", status: 401 },
  "DELETE /console/session": { kind: "open", status: 403 },
  "GET /console/*": { kind: "open", path: "/console/assets/none.js", status: 404 },
  "ALL /console/*": { kind: "open", path: "/console/none", method: "PUT", status: 404 },
  "ALL /setup/session": { kind: "middleware" },
  "GET /setup/session": { kind: "open", status: 200 },
  "POST /setup/session": { kind: "open", status: 401 },
  "DELETE /setup/session": { kind: "open", status: 403 },
  "GET /setup": { kind: "page" },
  "ALL /setup/*": { kind: "open", path: "/setup/none", method: "PUT", status: 404 },
  "GET /v1/jwks.json": { kind: "open", status: 200 },
  "POST {token}": { kind: "open", status: 400 },
  "ALL {token}": { kind: "open", method: "GET", status: 405 },

  "GET {scim}/Users": { kind: "scim", path: "/Users?filter=id%20eq%20%22{user}%22" },
  "POST {scim}/Users": { kind: "scim", body: { ...USER, ...MANAGER } },
  "GET {scim}/Users/:id": { kind: "scim", path: "/Users/{user}" },
  "PUT {scim}/Users/:id": { kind: "scim", path: "/Users/{user}", body: USER },
  "PATCH {scim}/Users/:id": {
    kind: "scim",
    path: "/Users/{user}",
    body: aPatch({ op: "replace", path: "title", value: "Stolen" }),
  },
  "DELETE {scim}/Users/:id": { kind: "scim", path: "/Users/{user}" },
  "GET {scim}/Groups": {
    kind: "scim",
    path: "/Groups?filter=members[value%20eq%20%22{user}%22]%20or%20id%20eq%20%22{group}%22",
  },
  "POST {scim}/Groups": { kind: "scim", body: { displayName: "Mine", members: ALL_MEMBERS } },
  "GET {scim}/Groups/:id": { kind: "scim", path: "/Groups/{group}" },
  "PUT {scim}/Groups/:id": {
    kind: "scim",
    path: "/Groups/{group}",
    body: { displayName: "Stolen", members: MEMBERS },
  },
  "PATCH {scim}/Groups/:id": {
    kind: "scim",
    path: "/Groups/{group}",
    body: aPatch({ op: "add", path: "members", value: MEMBERS }),
  },
  "DELETE {scim}/Groups/:id": { kind: "scim", path: "/Groups/{group}" },
  "POST {scim}/Bulk": { kind: "scim", body: BULK },
  "POST {scim}/.search": { kind: "scim", body: SEARCH },
  "POST {scim}/Users/.search": { kind: "scim", body: SEARCH },
  "POST {scim}/Groups/.search": { kind: "scim", body: GROUP_SEARCH },
  "GET {scim}/ServiceProviderConfig": { kind: "discovery" },
  "GET {scim}/ResourceTypes": { kind: "discovery" },
  "GET {scim}/ResourceTypes/:id": { kind: "discovery", path: "/ResourceTypes/{user}" },
  "GET {scim}/Schemas": { kind: "discovery" },
  "GET {scim}/Schemas/:id": { kind: "discovery", path: "/Schemas/{user}" },
  "ALL {scim}/.search": { kind: "scim", method: "GET" },
  "ALL {scim}/Users/.search": { kind: "scim", method: "GET" },
  "ALL {scim}/Groups/.search": { kind: "scim", method: "GET" },
  "ALL {scim}/Users": { kind: "scim", method: "DELETE" },
  "ALL {scim}/Users/:id": { kind: "scim", method: "POST", path: "/Users/{user}", body: USER },
  "ALL {scim}/Groups": { kind: "scim", method: "DELETE" },
  "ALL {scim}/Groups/:id": { kind: "scim", method: "POST", path: "/Groups/{group}", body: {} },
  "ALL {scim}/Bulk": { kind: "scim", method: "GET" },
  "ALL {scim}/Me": { kind: "scim", method: "GET" },
  "ALL {scim}/ServiceProviderConfig": { kind: "scim", method: "DELETE" },
  "ALL {scim}/ResourceTypes": { kind: "scim", method: "DELETE" },
  "ALL {scim}/ResourceTypes/:id": { kind: "scim", method: "PUT", path: "/ResourceTypes/User" },
  "ALL {scim}/Schemas": { kind: "scim", method: "DELETE" },
  "ALL {scim}/Schemas/:id": { kind: "scim", method: "PUT", path: "/Schemas/{user}" },
  "ALL {scim}/*": { kind: "scim", method: "GET", path: "/NoSuchEndpoint/{user}" },
  "ALL {scim}": { kind: "scim", method: "GET" },

  "ALL /v1/*": { kind: "application", path: "/no-such-call" },
  "GET /v1/changes": { kind: "application", path: "/changes?connector=:id" },
  "GET /v1/connectors": { kind: "application" },
  "GET /v1/connectors/:id": { kind: "application" },
  "GET /v1/users": { kind: "application", path: "/users?connector=:id" },
  "GET /v1/users/:userId": { kind: "application", path: "/users/:userId?connector=:id" },
  "GET /v1/groups": { kind: "application", path: "/groups?connector=:id" },
  "GET /v1/groups/:groupId": { kind: "application", path: "/groups/:groupId?connector=:id" },
  "GET /v1/groups/:groupId/members": {
    kind: "application",
    path: "/groups/:groupId/members?connector=:id",
  },

  "ALL /setup/v1/*": { kind: "setup", method: "GET", path: "/no-such-call" },
  "GET /setup/v1/connectors/:id": { kind: "setup" },
  "GET /setup/v1/connectors/:id/arrivals": { kind: "setup" },
  "POST /setup/v1/connectors/:id/tokens": { kind: "setup", body: {} },
  "GET /setup/v1/connectors/:id/tokens": { kind: "setup" },
  "POST /setup/v1/connectors/:id/tokens/:tokenId/rotate": { kind: "setup", body: {} },
  "GET /setup/v1/connectors/:id/bridge": { kind: "setup" },
  "PUT /setup/v1/connectors/:id/bridge/credentials": {
    kind: "setup",
    body: { credentials: { apiToken: "walker" } },
  },
  "POST /setup/v1/connectors/:id/bridge/check": { kind: "setup" },
  "GET /setup/v1/connectors/:id/events": { kind: "setup" },
  "GET /setup/v1/connectors/:id/events/:eventId": { kind: "setup" },

  "ALL /admin/v1/*": { kind: "admin", method: "GET", path: "/no-such-call" },
  "GET /admin/v1/openapi.json": { kind: "admin" },
  "POST /admin/v1/connectors": { kind: "admin", body: { name: "Walk" } },
  "GET /admin/v1/connectors": { kind: "admin" },
  "GET /admin/v1/connectors/:id": { kind: "admin" },
  "PATCH /admin/v1/connectors/:id": { kind: "admin", body: { name: "Walked" } },
  "DELETE /admin/v1/connectors/:id": { kind: "admin" },
  "POST /admin/v1/connectors/:id/self-test": { kind: "admin", body: {} },
  "GET /admin/v1/connectors/:id/attributes": { kind: "admin" },
  "GET /admin/v1/connectors/:id/attributes/seen": { kind: "admin" },
  "PUT /admin/v1/connectors/:id/attributes": { kind: "admin", body: { attributes: [] } },
  "GET /admin/v1/tokens": { kind: "admin" },
  "GET /admin/v1/connectors/:id/tokens": { kind: "admin" },
  "POST /admin/v1/connectors/:id/tokens": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/tokens/:tokenId/rotate": { kind: "admin", body: {} },
  "DELETE /admin/v1/connectors/:id/tokens/:tokenId": { kind: "admin" },
  "GET /admin/v1/connectors/:id/clients": { kind: "admin" },
  "POST /admin/v1/connectors/:id/clients": { kind: "admin", body: {} },
  "DELETE /admin/v1/connectors/:id/clients/:clientId": { kind: "admin" },
  "GET /admin/v1/connectors/:id/bridge": { kind: "admin" },
  "PUT /admin/v1/connectors/:id/bridge": { kind: "admin", body: BRIDGE },
  "DELETE /admin/v1/connectors/:id/bridge": { kind: "admin" },
  "PATCH /admin/v1/connectors/:id/bridge": { kind: "admin", body: { intervalSeconds: 600 } },
  "POST /admin/v1/connectors/:id/bridge/check": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/bridge/excluded": { kind: "admin", body: { pattern: "a@b.c" } },
  "DELETE /admin/v1/connectors/:id/bridge/excluded/:pattern": { kind: "admin" },
  "POST /admin/v1/connectors/:id/bridge/sync": { kind: "admin", body: { mode: "full" } },
  "POST /admin/v1/connectors/:id/bridge/plan": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/bridge/resync": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/bridge/sync-user": { kind: "admin", body: { key: "ada" } },
  "POST /admin/v1/connectors/:id/bridge/pause": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/bridge/resume": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/bridge/enable": { kind: "admin", body: {} },
  "GET /admin/v1/connectors/:id/bridge/runs": { kind: "admin" },
  "GET /admin/v1/connectors/:id/bridge/runs/:runId": { kind: "admin" },
  "GET /admin/v1/connectors/:id/held": { kind: "admin" },
  "POST /admin/v1/connectors/:id/held/approve": { kind: "admin", body: { ids: ["user:a"] } },
  "POST /admin/v1/connectors/:id/held/reject": { kind: "admin", body: { ids: ["user:a"] } },
  "GET /admin/v1/connectors/:id/events": { kind: "admin" },
  "GET /admin/v1/connectors/:id/events/:eventId": { kind: "admin" },
  "GET /admin/v1/connectors/:id/events/export": { kind: "admin" },
  "GET /admin/v1/connectors/:id/users/:userId/events": { kind: "admin" },
  "GET /admin/v1/connectors/:id/users": { kind: "admin" },
  "GET /admin/v1/connectors/:id/users/:userId": { kind: "admin" },
  "PATCH /admin/v1/connectors/:id/users/:userId": { kind: "admin", body: { accountId: "walk" } },
  "POST /admin/v1/connectors/:id/users/import": {
    kind: "admin",
    body: { users: [{ userName: "walk-import", accountId: "walk-import" }] },
  },
  "POST /admin/v1/connectors/:id/users/:userId/restore": { kind: "admin" },
  "POST /admin/v1/connectors/:id/users/:userId/deactivate": { kind: "admin" },
  "POST /admin/v1/connectors/:id/users/:userId/activate": { kind: "admin" },
  "POST /admin/v1/connectors/:id/users/:userId/erase": { kind: "admin" },
  "GET /admin/v1/connectors/:id/ending": { kind: "admin" },
  "GET /admin/v1/connectors/:id/groups": { kind: "admin" },
  "GET /admin/v1/connectors/:id/groups/:groupId": { kind: "admin" },
  "GET /admin/v1/connectors/:id/groups/:groupId/members": { kind: "admin" },
  "GET /admin/v1/connectors/:id/parked-members": { kind: "admin" },
  "POST /admin/v1/connectors/:id/approve": { kind: "admin" },
  "GET /admin/v1/connectors/:id/webhooks": { kind: "admin" },
  "POST /admin/v1/connectors/:id/webhooks": {
    kind: "admin",
    body: { url: "https://receiver.example/hook" },
  },
  "GET /admin/v1/connectors/:id/webhooks/:webhookId": { kind: "admin" },
  "PATCH /admin/v1/connectors/:id/webhooks/:webhookId": {
    kind: "admin",
    body: { status: "disabled" },
  },
  "DELETE /admin/v1/connectors/:id/webhooks/:webhookId": { kind: "admin" },
  "POST /admin/v1/connectors/:id/webhooks/:webhookId/test": { kind: "admin" },
  "POST /admin/v1/connectors/:id/webhooks/:webhookId/rotate": { kind: "admin", body: {} },
  "POST /admin/v1/connectors/:id/webhooks/:webhookId/replay": {
    kind: "admin",
    body: { deadSince: "2026-01-01T00:00:00Z" },
  },
  "GET /admin/v1/connectors/:id/webhooks/:webhookId/deliveries": { kind: "admin" },
  "GET /admin/v1/webhooks": { kind: "admin" },
  "POST /admin/v1/webhooks": {
    kind: "admin",
    body: { url: "https://receiver.example/hook", scope: { tenant: "walked" } },
  },
  "GET /admin/v1/webhooks/:webhookId": { kind: "admin" },
  "PATCH /admin/v1/webhooks/:webhookId": { kind: "admin", body: { status: "disabled" } },
  "DELETE /admin/v1/webhooks/:webhookId": { kind: "admin" },
  "POST /admin/v1/webhooks/:webhookId/test": { kind: "admin" },
  "POST /admin/v1/webhooks/:webhookId/rotate": { kind: "admin", body: {} },
  "POST /admin/v1/webhooks/:webhookId/replay": {
    kind: "admin",
    body: { deadSince: "2026-01-01T00:00:00Z" },
  },
  "GET /admin/v1/webhooks/:webhookId/deliveries": { kind: "admin" },
  "GET /admin/v1/refusals": { kind: "admin" },
  "POST /admin/v1/keys": { kind: "admin", body: { name: "Walk", role: "admin" } },
  "GET /admin/v1/keys": { kind: "admin" },
  "GET /admin/v1/keys/:keyId": { kind: "admin" },
  "PATCH /admin/v1/keys/:keyId": { kind: "admin", body: { name: "Walked" } },
  "DELETE /admin/v1/keys/:keyId": { kind: "admin" },
  "POST /admin/v1/keys/:keyId/rotate": { kind: "admin", body: {} },
  "GET /admin/v1/connectors/:id/setup-links": { kind: "admin" },
  "POST /admin/v1/connectors/:id/setup-links": { kind: "admin", body: SETUP_LINK },
  "DELETE /admin/v1/connectors/:id/setup-links/:linkId": { kind: "admin" },
  "GET /admin/v1/caller": { kind: "admin" },
  "GET /admin/v1/sessions": { kind: "admin" },
  "DELETE /admin/v1/sessions/:sessionId": { kind: "admin" },
  "GET /admin/v1/connectors/:id/activity": { kind: "admin" },
  "GET /admin/v1/metrics": { kind: "admin" },
  "GET /admin/v1/audit": { kind: "admin" },
  "GET /admin/v1/audit/export": { kind: "admin" },
};

/** Ids by the name under which a path or a body asks for them. */
export type Ids = Readonly<Record<string, string>>;

/** A value in which the texts {name} became the ids of that name. */
export function fill<T>(value: T, ids: Ids): T {
  const text = JSON.stringify(value)?.replace(/\{(\w+)\}/g, (_, name) => idOf(ids, name));
  // The same value with other texts in it.
  return text === undefined ? value : (JSON.parse(text) as T);
}

/** The id of a name; throws where there is none. */
export function idOf(ids: Ids, name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`The walk knows no id for ${name}: add one to idsOf.`);
  return id;
}

/** One of everything that a connector can have. */
export async function idsOf(
  gateway: Pick<ReturnType<typeof openGateway>, "admin" | "send">,
  client: TestClient,
): Promise<Ids> {
  const admin = `/connectors/${client.id}`;
  const user = (await client.post({ userName: `own-${client.id}`, title: "Dr" })).body.id;
  const members = [{ value: user }];
  const group = await client.call("/Groups", {
    body: { displayName: `Own ${client.id}`, members },
  });
  const tokenId = (await gateway.admin(`${admin}/tokens`, { body: {} })).body.id;
  const clientId = (await gateway.admin(`${admin}/clients`, { body: {} })).body.clientId;
  const eventId = (await gateway.admin(`${admin}/events`)).body.items[0].id;
  const groupId = group.body.id;
  const pattern = `robot-${client.id}@example.com`;
  const bridge = { ...BRIDGE, excluded: [pattern] };
  await gateway.admin(`${admin}/bridge`, { method: "PUT", body: bridge });
  const runId = (await gateway.admin(`${admin}/bridge/sync`, { method: "POST" })).body.runId;
  const hook = { url: "https://receiver.example/hook" };
  const webhookId = (await gateway.admin(`${admin}/webhooks`, { body: hook })).body.id;
  const key = { name: `Key of ${client.id}`, role: "admin" };
  const keyId = (await gateway.admin("/keys", { body: key })).body.id;
  const sessionId = await aSession(gateway, `Session of ${client.id}`);
  const linkId = (await gateway.admin(`${admin}/setup-links`, { body: SETUP_LINK })).body.id;
  const own = { linkId, keyId, sessionId, tokenId, clientId, eventId, runId, webhookId, pattern };
  return { id: client.id, user, group: groupId, userId: user, groupId, ...own };
}

/** Signs somebody in to the console with a key of its own, and gives the id of the session. */
async function aSession(
  gateway: Pick<ReturnType<typeof openGateway>, "admin" | "send">,
  name: string,
): Promise<string> {
  const { body } = await gateway.admin("/keys", { body: { name, role: "directory" } });
  const headers = { Authorization: `Bearer ${body.secret}` };
  const request = new Request("https://scim.example.com/console/session", {
    method: "POST",
    headers,
  });
  await gateway.send(request);
  const { items } = (await gateway.admin("/sessions?limit=500")).body;
  return items.find(({ actor }: { actor: { id: string } }) => actor.id === body.id).id;
}

/** A path of the admin API in which the parameters became ids. */
export function adminPath(path: string, ids: Ids): string {
  return path.replaceAll(/:(\w+)/g, (_, name) => idOf(ids, name));
}

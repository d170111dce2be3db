import { aPatch, aUser, filterQuery, type openGateway } from "#test/support/gateway.ts";
import { aBulk, patchAttribute, postUser } from "#test/support/scim/bulk.ts";
import { adding, aGroup, listOf, removing } from "#test/support/scim/groups.ts";

/** A request of either API; `{name}` stands for the id of something in the scene. */
export interface Call {
  readonly name: string;
  readonly api: "scim" | "admin" | "applications";
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  /** The round trips of an isolate that knows nothing; D1 can fail at each of them. */
  readonly trips: number;
}

const HOOK = { url: "https://receiver.example/hook" };
const DECLARATIONS = { attributes: [{ name: "costCode", type: "string" }] };
const BULK = [postUser(), patchAttribute("/Users/{user}", "title", "x")];

/** The operations of SCIM that write, and the main ones that read. */
export const SCIM_CALLS: readonly Call[] = [
  write("create a user", "POST /Users", 201, aUser({ userName: "new" })),
  write("create a leaver", "POST /Users", 201, aUser({ userName: "leaver", externalId: "leaver" })),
  write("restore a user", "POST /Users", 201, aUser({ userName: "gone", externalId: "gone" })),
  write("replace a user", "PUT /Users/{user}", 200, aUser({ userName: "ada", title: "Boss" })),
  write("patch a title", "PATCH /Users/{user}", 200, replacing({ title: "Engineer" })),
  write("rename a user", "PATCH /Users/{user}", 200, replacing({ userName: "lovelace" })),
  write("patch e-mails", "PATCH /Users/{user}", 200, replacing({ emails: [{ value: "a@b.c" }] })),
  write("deactivate a user", "PATCH /Users/{user}", 200, replacing({ active: false })),
  write("reactivate a user", "PATCH /Users/{leaver}", 200, replacing({ active: true })),
  write("delete a user", "DELETE /Users/{user}", 204),
  write("create a group", "POST /Groups", 201, aGroup({ members: listOf(["{user}", "nobody"]) })),
  write("replace a group", "PUT /Groups/{group}", 200, aGroup({ members: listOf(["{leaver}"]) })),
  write("add a member", "PATCH /Groups/{group}", 204, aPatch(adding("{leaver}"))),
  write("remove a member", "PATCH /Groups/{group}", 204, aPatch(removing("{user}"))),
  write("rename a group", "PATCH /Groups/{group}", 204, replacing({ displayName: "Renamed" })),
  write("delete a group", "DELETE /Groups/{group}", 204),
  { ...write("a bulk", "POST /Bulk", 200, aBulk(BULK)), trips: 3 },
  read("get a user", "GET /Users/{user}"),
  read("list users", "GET /Users"),
  read("find a user", `GET /Users${filterQuery('userName eq "ada"')}`),
  read("get a group", "GET /Groups/{group}"),
  read("list groups", "GET /Groups"),
  read("discover schemas", "GET /Schemas"),
  { ...read("search users", "POST /Users/.search"), body: { filter: 'userName sw "a"' } },
  { ...read("search everything", "POST /.search"), body: { filter: 'id eq "{user}"' } },
];

const OWN = "/connectors/{connector}";
const WEBHOOK = `${OWN}/webhooks/{webhook}`;
const LISTS = "tokens clients webhooks users parked-members events".split(" ");

/** The calls of the admin API that write, and the main ones that read. */
export const ADMIN_CALLS: readonly Call[] = [
  // What it stores is read once more for the answer: from then on, more than nothing is stored.
  administer("create a connector", "POST /connectors", 201, 1, { name: "New" }),
  administer("change a connector", `PATCH ${OWN}`, 200, 2, { name: "Renamed" }),
  administer("approve a connector", `POST ${OWN}/approve`, 200, 2),
  administer("delete a connector", `DELETE ${OWN}`, 204, 2),
  administer("create a token", `POST ${OWN}/tokens`, 201, 2, { name: "Second" }),
  administer("rotate a token", `POST ${OWN}/tokens/{token}/rotate`, 201, 3, {}),
  administer("revoke a token", `DELETE ${OWN}/tokens/{token}`, 204, 2),
  administer("create a client", `POST ${OWN}/clients`, 201, 2, {}),
  administer("revoke a client", `DELETE ${OWN}/clients/{client}`, 204, 2),
  administer("declare attributes", `PUT ${OWN}/attributes`, 200, 2, DECLARATIONS),
  administer("create a webhook", `POST ${OWN}/webhooks`, 201, 2, HOOK),
  administer("change a webhook", `PATCH ${WEBHOOK}`, 200, 2, { status: "disabled" }),
  administer("rotate a webhook's secret", `POST ${WEBHOOK}/rotate`, 200, 3, {}),
  administer("delete a webhook", `DELETE ${WEBHOOK}`, 204, 2),
  administer("list connectors", "GET /connectors", 200, 1),
  administer("list unused tokens", "GET /tokens", 200, 1),
  administer("list refusals", "GET /refusals", 200, 1),
  administer("get a connector", `GET ${OWN}`, 200, 1),
  ...LISTS.map((list) => administer(`list ${list}`, `GET ${OWN}/${list}`, 200, 2)),
  administer("get a user", `GET ${OWN}/users/{user}`, 200, 2),
];

const NAMED = "?connector={connector}";

/** The calls of the API for applications. */
export const APPLICATION_CALLS: readonly Call[] = [
  apply("follow a connector", `GET /changes${NAMED}`, 2),
  apply("follow a tenant", "GET /changes?tenant=Nobody", 1),
  apply("follow everything", "GET /changes", 1),
  apply("list connectors", "GET /connectors", 1),
  apply("get a connector", "GET /connectors/{connector}", 1),
  apply("list users", `GET /users${NAMED}`, 2),
  apply("list all users", "GET /users", 2),
  apply("get a user", `GET /users/{user}${NAMED}`, 2),
  apply("list groups", `GET /groups${NAMED}&excludedAttributes=members`, 2),
  apply("get a group", `GET /groups/{group}${NAMED}`, 2),
  apply("list members", `GET /groups/{group}/members${NAMED}`, 2),
];

/** A connector with one of everything; the ids by the names under which calls ask for them. */
export async function aScene(gateway: ReturnType<typeof openGateway>) {
  const client = await gateway.client({ name: "Scene" });
  const post = async (path: string, body: object) => (await client.call(path, { body })).body.id;
  const user = await post("/Users", aUser({ userName: "ada" }));
  const leaver = { userName: "leaver", externalId: "leaver", active: false };
  const gone = await post("/Users", aUser({ userName: "former", externalId: "gone" }));
  await client.remove(gone);
  const admin = (list: string, body: object) =>
    gateway.admin(`/connectors/${client.id}/${list}`, { body });
  const ids = {
    connector: client.id,
    user,
    leaver: await post("/Users", aUser(leaver)),
    group: await post("/Groups", aGroup({ members: listOf([user]) })),
    token: (await admin("tokens", {})).body.id,
    client: (await admin("clients", {})).body.clientId,
    webhook: (await admin("webhooks", HOOK)).body.id,
  };
  return { token: client.token, ids };
}

function write(name: string, request: string, status: number, body?: object): Call {
  return { name, api: "scim", ...requestOf(request, body), status, trips: 2 };
}

function read(name: string, request: string): Call {
  return { name, api: "scim", ...requestOf(request), status: 200, trips: 1 };
}

function apply(name: string, request: string, trips: number): Call {
  return { name, api: "applications", ...requestOf(request), status: 200, trips };
}

function administer(
  name: string,
  request: string,
  status: number,
  trips: number,
  body?: object,
): Call {
  return { name, api: "admin", ...requestOf(request, body), status, trips };
}

function requestOf(request: string, body?: object) {
  const at = request.indexOf(" ");
  return { method: request.slice(0, at), path: request.slice(at + 1), ...(body && { body }) };
}

function replacing(value: object) {
  return aPatch({ op: "replace", value });
}

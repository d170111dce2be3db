import { CORE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, filterQuery, type ScimRequest } from "#test/support/gateway.ts";
import { aBulk } from "#test/support/scim/bulk.ts";

/** A SCIM request that carries a secret; `{id}` in path or body stands for a user that exists. */
export type Carrier = ScimRequest & { readonly path?: string };

/** Every way in which a password may come, good and bad requests alike. */
export function withPassword(secret: string): readonly Carrier[] {
  return [
    ...names(secret).flatMap((body) => [{ body: aUser(body) }, put(aUser(body)), pathless(body)]),
    ...PATHS.flatMap((path) => [
      patch({ op: "replace", path, value: secret }),
      ...odd(path, secret),
    ]),
    { body: aUser({ userName: "taken", password: secret }) },
    { body: aUser({ userName: "TAKEN", password: secret }) },
    { body: { password: secret } },
    { body: `{"password":"${secret}"` },
    { body: `{"userName":"b","p\\u0061ssword":"${secret}","x":}` },
    { body: [{ password: secret }] },
    {
      body: `password=${secret}`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    },
    { body: aUser({ password: secret }), path: "/Me" },
    { body: aUser({ password: secret }), path: "/NoSuch" },
    { body: { displayName: secret.slice(0, 6), password: secret }, path: "/Groups" },
    { ...put(aUser({ password: secret })), path: `/Users/${crypto.randomUUID()}` },
    { ...put(aUser({ password: secret })), headers: { "If-Match": 'W/"0"' } },
    ...bulks(secret),
    ...queries(secret),
  ];
}

/** Places of a request where a token may stand without being stored as directory data. */
export function withToken(secret: string): readonly Carrier[] {
  const hidden = secret.replace("s", "%73");
  const escaped = secret.replace("s", "\\u0073");
  return [
    { path: `/Users?access_token=${secret}` },
    { path: `/Users?ACCESS_TOKEN=${secret}&count=1` },
    { path: `/Users?token=${secret}` },
    { path: `/Users?x=${hidden}` },
    { path: `/Users?access%5Ftoken=${hidden}` },
    { path: `/Users/${hidden}` },
    { path: `/Users${filterQuery(`userName eq "${escaped}"`)}` },
    { path: "/Users/.search", body: { filter: `userName eq "${escaped}"` } },
    { path: `/Users?client_secret=${secret}` },
    { path: `/Users?x=${secret}&y=1` },
    { path: `/Users?${secret}` },
    { path: `/Users?cursor=${secret}` },
    { path: `/Users?attributes=${secret}` },
    { path: `/Users${filterQuery(`userName eq "${secret}"`)}` },
    { path: `/Users${filterQuery(secret)}` },
    { path: `/Users/${secret}` },
    { path: `/Users/${secret}/x` },
    { path: `/${secret}` },
    { path: "/Users/.search", body: { filter: `userName eq "${secret}"` } },
    { path: "/Users/.search", body: { filter: secret } },
    { headers: { "User-Agent": secret } },
    { headers: { "User-Agent": `client/1 (${secret})` } },
    { headers: otherHeaders(secret) },
    { headers: { "If-None-Match": secret }, path: "/Users/{id}" },
    { ...patch({ op: "replace", path: "title", value: "x" }), headers: { "If-Match": secret } },
    { body: { userName: secret, active: "maybe" } },
    { body: { title: secret, active: "maybe" } },
    { body: aUser({ [secret]: 1 }) },
    { body: aUser({ access_token: secret }) },
    { body: aUser({ schemas: [secret] }) },
    patch({ op: "replace", path: secret, value: 1 }),
    patch({ op: secret }),
  ];
}

/** Places whose text the answer repeats to whoever sent it: names that are unknown, and what Bulk echoes. */
export function withRepeatedToken(secret: string): readonly Carrier[] {
  return [
    { path: `/Users?sortBy=${secret}` },
    { path: `/Users${filterQuery(`${secret} eq "x"`)}` },
    { path: "/Bulk", body: aBulk([{ method: "DELETE", path: `/Users/${secret}` }]) },
    { path: "/Bulk", body: aBulk([{ method: secret, path: "/Users/x" }]) },
    {
      path: "/Bulk",
      body: aBulk([{ method: "POST", path: `/${secret}`, bulkId: secret, data: {} }]),
    },
  ];
}

/** Headers that nobody reads; an opaque secret may stand in them. */
export function otherHeaders(secret: string): Readonly<Record<string, string>> {
  return {
    Cookie: `session=${secret}`,
    "Proxy-Authorization": `Basic ${btoa(`x:${secret}`)}`,
    "X-Api-Key": secret,
    "X-Forwarded-Host": secret,
    Referer: `https://example.com/?token=${secret}`,
  };
}

const PATHS = [
  "password",
  "PassWord",
  `${CORE_USER}:password`,
  `${CORE_USER.toUpperCase()}:PASSWORD`,
  "password.value",
  'password[type eq "x"]',
] as const;

function names(secret: string): readonly Readonly<Record<string, unknown>>[] {
  return [
    { password: secret },
    { PASSWORD: secret },
    { password: { value: secret } },
    { password: [secret] },
    { [`${CORE_USER}:password`]: secret },
    { [CORE_USER]: { password: secret } },
    { name: { password: secret } },
  ];
}

function put(body: unknown): Carrier {
  return { method: "PUT", path: "/Users/{id}", body };
}

function patch(operation: object): Carrier {
  return { method: "PATCH", path: "/Users/{id}", body: aPatch(operation) };
}

function pathless(value: object): Carrier {
  return patch({ op: "replace", value });
}

/** Operations by the same path that are refused, or written in capitals or with escapes. */
function odd(path: string, secret: string): readonly Carrier[] {
  const escaped = JSON.stringify(path).replace("p", "\\u0070").replace("P", "\\u0050");
  return [
    patch({ op: "frobnicate", path, value: secret }),
    patch({ OP: "Add", PATH: path, VALUE: secret }),
    patch({ op: "remove", path, value: secret }),
    { ...patch({}), body: `{"Operations":[{"op":"add","path":${escaped},"value":"${secret}"}]}` },
  ];
}

function bulks(secret: string): readonly Carrier[] {
  const data = aUser({ password: secret });
  const operations = [
    { method: "POST", path: "/Users", bulkId: "a", data },
    { method: "POST", path: "/Users", bulkId: "b", data: { password: secret } },
    { method: "PUT", path: "/Users/{id}", data },
    {
      method: "PATCH",
      path: "/Users/{id}",
      data: aPatch({ op: "add", path: "password", value: secret }),
    },
    { method: "POST", path: "/Nowhere", bulkId: "c", data },
  ];
  return [
    ...operations.map((operation) => ({ path: "/Bulk", body: aBulk([operation]) })),
    { path: "/Bulk", body: aBulk(operations, { failOnErrors: 1 }) },
    { path: "/Bulk", body: { Operations: {}, password: secret } },
  ];
}

function queries(secret: string): readonly Carrier[] {
  const filters = [
    `password eq "${secret}"`,
    `PASSWORD sw "${secret}"`,
    `userName eq "x" or not (password co "${secret}")`,
    `${CORE_USER}:password eq "${secret}"`,
    `password eq "${secret}`,
  ];
  return [
    ...filters.map((filter) => ({ path: `/Users${filterQuery(filter)}` })),
    ...filters.map((filter) => ({ path: "/Users/.search", body: { filter } })),
    patch({ op: "replace", path: `password[value eq "${secret}"]`, value: "x" }),
    { path: `/Users?password=${secret}` },
    { path: `/Users?p%61ssword=${secret}` },
    { path: `/Users/{id}?PASSWORD=${secret}` },
    { path: "/Users", headers: otherHeaders(secret) },
  ];
}

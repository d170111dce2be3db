import type { components } from "./api.ts";
import type { ScimResource } from "./events.ts";
import { type Gateway, GatewayError, getJson, type Scope } from "./gateway.ts";

/** A connector: one directory. */
export type Connector = components["schemas"]["Directory"];

/** A user or group of a list, and the connector whose it is. */
export interface Listed {
  readonly connector: string;
  readonly resource: ScimResource;
}

/** A member of a group. */
export interface Member {
  readonly value: string;
  readonly type: "User" | "Group";
  readonly display?: string;
}

/** What to read of a list. */
export interface ListOptions {
  /** A SCIM filter (RFC 7644 §3.4.2.2). */
  readonly filter?: string;
  /** The attributes to show, or not to show, separated by commas. */
  readonly attributes?: string;
  readonly excludedAttributes?: string;
  /** How many resources each call asks for, up to 1,000. */
  readonly limit?: number;
}

/** The connectors that the key sees, or those of a tenant, newest first. */
export async function* listConnectors(
  gateway: Gateway,
  { tenant }: Pick<Scope, "tenant"> = {},
): AsyncGenerator<Connector> {
  for await (const page of pagesOf<Connector>(gateway, "/connectors", { tenant }))
    yield* page.items;
}

/** The users of a scope, read a page at a time. */
export function listUsers(
  gateway: Gateway,
  { connector, tenant }: Scope,
  options: ListOptions = {},
): AsyncGenerator<Listed> {
  return listAll(gateway, "/users", { connector, tenant, ...options });
}

/** The groups of a scope; with `excludedAttributes: "members"` they come fast. */
export function listGroups(
  gateway: Gateway,
  { connector, tenant }: Scope,
  options: ListOptions = {},
): AsyncGenerator<Listed> {
  return listAll(gateway, "/groups", { connector, tenant, ...options });
}

/** The members of a group of a connector, read a page at a time. */
export async function* listMembers(
  gateway: Gateway,
  connector: string,
  groupId: string,
): AsyncGenerator<Member> {
  const path = `/groups/${encodeURIComponent(groupId)}/members`;
  for await (const page of pagesOf<Member>(gateway, path, { connector })) yield* page.items;
}

/** A user of a connector with the groups that it is in; undefined where there is none. */
export function readUser(
  gateway: Gateway,
  connector: string,
  id: string,
): Promise<ScimResource | undefined> {
  return readOne(gateway, `/users/${encodeURIComponent(id)}`, connector);
}

/** A group of a connector with its members; undefined where there is none. */
export function readGroup(
  gateway: Gateway,
  connector: string,
  id: string,
): Promise<ScimResource | undefined> {
  return readOne(gateway, `/groups/${encodeURIComponent(id)}`, connector);
}

async function readOne(
  gateway: Gateway,
  path: string,
  connector: string,
): Promise<ScimResource | undefined> {
  try {
    return await getJson<ScimResource>(gateway, path, { connector });
  } catch (error) {
    if (error instanceof GatewayError && error.status === 404) return undefined;
    throw error;
  }
}

async function* listAll(
  gateway: Gateway,
  path: string,
  options: Scope & ListOptions,
): AsyncGenerator<Listed> {
  for await (const { items, connector } of pagesOf<ScimResource>(gateway, path, options)) {
    for (const resource of items) yield { connector: connector ?? "", resource };
  }
}

/** A page of a list: every list of the API has this form. */
interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly hasMore: boolean;
  /** Whose the items are, in the lists of users and groups; null where there is no connector. */
  readonly connector?: string | null;
}

async function* pagesOf<T>(
  gateway: Gateway,
  path: string,
  options: Scope & ListOptions,
): AsyncGenerator<Page<T>> {
  let after: string | undefined;
  let hasMore = true;
  while (hasMore) {
    const page: Page<T> = await getJson(gateway, path, { limit: 500, ...options, after });
    yield page;
    hasMore = page.hasMore;
    after = page.next ?? undefined;
  }
}

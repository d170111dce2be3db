import type { ScimResource } from "./events.ts";
import { type Gateway, GatewayError, getJson } from "./gateway.ts";

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

/** The users of a connector, read a page at a time. */
export function listUsers(
  gateway: Gateway,
  connector: string,
  options: ListOptions = {},
): AsyncGenerator<ScimResource> {
  return listAll<ScimResource>(gateway, `${rootOf(connector)}/users`, options);
}

/** The groups of a connector; with `excludedAttributes: "members"` they come fast. */
export function listGroups(
  gateway: Gateway,
  connector: string,
  options: ListOptions = {},
): AsyncGenerator<ScimResource> {
  return listAll<ScimResource>(gateway, `${rootOf(connector)}/groups`, options);
}

/** The members of a group, read a page at a time. */
export function listMembers(
  gateway: Gateway,
  connector: string,
  groupId: string,
): AsyncGenerator<Member> {
  const path = `${rootOf(connector)}/groups/${encodeURIComponent(groupId)}/members`;
  return listAll<Member>(gateway, path, { limit: 1_000 });
}

/** A user with the groups that it is in; undefined where there is none. */
export function readUser(
  gateway: Gateway,
  connector: string,
  id: string,
): Promise<ScimResource | undefined> {
  return readOne(gateway, `${rootOf(connector)}/users/${encodeURIComponent(id)}`);
}

/** A group with its members; undefined where there is none. */
export function readGroup(
  gateway: Gateway,
  connector: string,
  id: string,
): Promise<ScimResource | undefined> {
  return readOne(gateway, `${rootOf(connector)}/groups/${encodeURIComponent(id)}`);
}

function rootOf(connector: string): string {
  return `/connectors/${encodeURIComponent(connector)}`;
}

async function readOne(gateway: Gateway, path: string): Promise<ScimResource | undefined> {
  try {
    return await getJson<ScimResource>(gateway, path);
  } catch (error) {
    if (error instanceof GatewayError && error.status === 404) return undefined;
    throw error;
  }
}

async function* listAll<T>(
  gateway: Gateway,
  path: string,
  options: ListOptions,
): AsyncGenerator<T> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: readonly T[]; nextCursor: string | null } = await getJson(gateway, path, {
      limit: 500,
      ...options,
      cursor,
    });
    yield* page.items;
    cursor = page.nextCursor;
  }
}

import type { Context } from "hono";
import type * as z from "zod";
import { decodeIdCursor, decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { unfitParameters } from "#http/admin/call/problem.ts";
import type { AppEnv } from "#http/request/services.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { findList, wholeOf } from "#http/scim/list/answer.ts";
import { resourceText } from "#http/scim/list/resource-answers.ts";
import { FILTER_BYTES_MAX, parseFilter } from "#scim/filter/syntax/parse.ts";
import type { TypeName } from "#scim/ports.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import type { AccountState } from "#store/directory/account-state.ts";
import { fittingRecords } from "#store/directory/listed-records.ts";
import { restorableSince } from "./administrator.ts";
import type { DirectoryCall } from "./call.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import type { USERS_QUERY } from "./schemas.ts";
import { resourceView, type Shown } from "./view.ts";

const { listUsers, listGroups } = DIRECTORY_OPERATIONS;

/** A page of the users of one state, or of all live ones, as JSON text. */
export async function usersOf(call: DirectoryCall, context: Context<AppEnv>): Promise<string> {
  const { state, ...query } = readQuery(context, listUsers);
  if (state === "deleted") return await deletedText(call, query);
  const { texts, next } = await findUsers(call, query, state);
  return listText(texts, next);
}

/** A page of the groups as JSON text. */
export async function groupsOfConnector(
  call: DirectoryCall,
  context: Context<AppEnv>,
): Promise<string> {
  const { texts, next } = await findResources(call, GROUP.name, readQuery(context, listGroups));
  return listText(texts, next);
}

/** What is asked of a list of live resources. */
export interface ResourcesQuery extends Shown {
  readonly filter?: string | undefined;
  readonly cursor: string;
  readonly limit: number;
}

/** Live resources as JSON texts, and the cursor of the next page; null at the end. */
export interface ResourcesPage {
  readonly texts: readonly string[];
  readonly next: string | null;
}

/** Finds a page of live resources. */
export async function findResources(
  call: ListCall,
  type: TypeName,
  { filter, cursor, limit, ...shown }: ResourcesQuery,
  state?: AccountState,
): Promise<ResourcesPage> {
  const { texts, nextCursor } = await findList(call, {
    types: [type],
    state,
    filterBytesMax: FILTER_BYTES_MAX + TERM_BYTES,
    parameters: {
      startIndex: 1,
      cursor,
      count: limit,
      sortOrder: "ascending",
      ...(filter?.trim() && { filter }),
      ...namedIn(shown),
    },
  });
  return { texts, next: nextCursor ?? null };
}

/** Finds a page of live users, of those in a state where one is named. */
export async function findUsers(
  call: DirectoryCall,
  query: ResourcesQuery,
  state: "active" | "inactive" | AccountState | undefined,
): Promise<ResourcesPage> {
  switch (state) {
    case undefined:
      return await findResources(call, USER.name, query);
    case "active":
    case "inactive": {
      const term = `active ${state === "active" ? "ne" : "eq"} false`;
      return await findResources(call, USER.name, { ...query, filter: also(query, term) });
    }
    case "pending":
    case "registered":
    case "unclaimed":
      return query.filter?.trim()
        ? await findResources(call, USER.name, query, state)
        : await findInState(call, query, state);
  }
}

/** The term of a state comes on top of what a filter may hold. */
const TERM_BYTES = 32;

/** The filter that was asked for, if any, and another term. */
function also({ filter }: Pick<ResourcesQuery, "filter">, term: string): string {
  if (!filter?.trim()) return term;
  // It has to be a filter by itself: two halves of one could mean anything between the brackets.
  parseFilter(filter, { bytesMax: FILTER_BYTES_MAX });
  return `(${filter}) and ${term}`;
}

/** The users in a state of their accounts, read by its index. */
async function findInState(
  call: DirectoryCall,
  { cursor, limit, ...shown }: ResourcesQuery,
  state: AccountState,
): Promise<ResourcesPage> {
  const view = resourceView(call, USER.name, shown);
  const afterId = decodeIdCursor(cursor) ?? "";
  const found = await call.findInState(state, { afterId, limit });
  const fitting = fittingRecords(found);
  const hasMore = found.length === limit || fitting.length < found.length;
  const users = await wholeOf(call, fitting);
  const texts = users.map((user) => resourceText(user, view));
  return { texts, next: encodeCursor(hasMore ? fitting.at(-1)?.id : undefined) };
}

/** Those who can be restored, each with the moment of its deletion. */
async function deletedText(
  call: DirectoryCall,
  { filter, cursor, limit, ...shown }: z.infer<typeof USERS_QUERY>,
): Promise<string> {
  if (filter?.trim()) throw unfitParameters(["filter"], NO_FILTER);
  const afterRow = decodeOffsetCursor(cursor);
  const since = restorableSince(call.connector, call.facts.startedAt);
  const view = resourceView(call, USER.name, shown);
  const page = await call.findDeleted({ afterRow, limit, since });
  const texts = page.users.map((user) => {
    const deletedAt = new Date(user.deletedAt ?? 0).toISOString();
    return `${resourceText(user, view).slice(0, -1)},"deletedAt":"${deletedAt}"}`;
  });
  return listText(texts, encodeCursor(page.nextAfter?.toString()));
}

const NO_FILTER = "Deleted users cannot be filtered; leave the filter out.";

function listText(texts: readonly string[], nextCursor: string | null): string {
  return `{"items":[${texts.join(",")}],"nextCursor":${JSON.stringify(nextCursor)}}`;
}

/** The members that are there: a ListParameters has no undefined ones. */
function namedIn({ attributes, excludedAttributes }: Shown) {
  return {
    ...(attributes !== undefined && { attributes }),
    ...(excludedAttributes !== undefined && { excludedAttributes }),
  };
}

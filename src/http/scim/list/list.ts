import type { ListCall } from "#http/scim/call/call.ts";
import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { withAddresses } from "#scim/filter/membership.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import type { Filter, ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { COUNT_MAX, type ListParameters } from "#scim/list/list.ts";
import { CREATION_ORDER, resolveSort, type Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import type { AccountState } from "#store/directory/account-state.ts";
import { type ResourcePage, resourcePage } from "#store/directory/list.ts";
import { isIndexOrder, type Page } from "#store/directory/list-order.ts";
import { indexedMatches, scannedMatches } from "#store/directory/matches.ts";
import { SCAN_STEPS_MAX, SMALL_SCAN_STEPS, scanCost } from "#store/directory/scan-cost.ts";
import { hasIndexedTerm } from "#store/filter/indexed.ts";

/** What is listed: the resources of these types, those of the first type first. */
export interface ListScope {
  readonly types: readonly [TypeName, ...TypeName[]];
  readonly parameters: ListParameters;
  /** The filter of a `.search` may be longer than that of a GET. */
  readonly filterBytesMax?: number;
  /** In which state of their accounts users have to be besides; with a filter alone. */
  readonly state?: AccountState | undefined;
}

/** Which resources of a type a list asks for, and in which order (RFC 7644 §3.4.2). */
export interface TypeQuery {
  readonly type: ResourceType;
  readonly filter: ResolvedFilter | undefined;
  readonly sort: Sort;
  readonly state?: AccountState | undefined;
}

/**
 * Looks up what a list's filter and order name; `searched` are all the types of a search, and `baseUrl`
 * is what their URLs begin with.
 */
export function resolveQuery(
  type: ResourceType,
  filter: Filter | undefined,
  parameters: ListParameters,
  baseUrl: string,
  searched: readonly ResourceType[] = [type],
): TypeQuery {
  return {
    type,
    filter: filter && withAddresses(resolveFilter(type, filter, searched), baseUrl),
    sort: resolveSort(type, parameters, searched),
  };
}

/** Finds a page of a type's resources, in one round trip unless many match an indexed term. */
export async function findPage(
  call: ListCall,
  query: TypeQuery,
  page: Page,
): Promise<ResourcePage> {
  return (await findIndexed(call, query, page)) ?? (await findInOneTrip(call, query, page));
}

/**
 * Finds a page of a type's resources in one round trip. What holds D1 for longer than a long page of a
 * plain list does is a scan, and waits for its turn; 400 tooMany where it would hold D1 too long.
 */
export async function findInOneTrip(
  call: ListCall,
  query: TypeQuery,
  page: Page,
): Promise<ResourcePage> {
  const { type, filter, sort } = query;
  const found =
    filter === undefined && isIndexOrder(sort)
      ? await call.caller.ask((db, scope) => resourcePage(db, scope, type.name, page, sort))
      : ((await scan(call, query, page, SMALL_SCAN_STEPS)) ??
        (await call.caller.inTurn(() => scan(call, query, page, SCAN_STEPS_MAX))));
  if (found === undefined) throw tooManyToScan(type, filter, sort);
  return found;
}

function scan(
  call: ListCall,
  { type, filter, sort, state }: TypeQuery,
  page: Page,
  stepsMax: number,
) {
  return call.caller.ask((db, scope) =>
    scannedMatches(db, scope, type.name, filter, page, sort, stepsMax, state),
  );
}

/** An indexed lookup finds a handful: read them all, and the page and the total are both there. */
async function findIndexed(
  call: ListCall,
  { type, filter, sort, state }: TypeQuery,
  { start, count }: Page,
): Promise<ResourcePage | undefined> {
  if (filter === undefined || !hasIndexedTerm(filter) || start.kind !== "offset") return undefined;
  const limit = start.offset + count;
  if (sort.by !== "creation" || sort.isDescending || limit > COUNT_MAX) return undefined;
  const { isComplete, records } = await call.caller.ask((db, scope) =>
    indexedMatches(db, scope, type.name, filter, limit, state),
  );
  if (!isComplete) return undefined;
  return { total: records.length, records: records.slice(start.offset, limit) };
}

function tooManyToScan(
  type: ResourceType,
  filter: ResolvedFilter | undefined,
  sort: Sort,
): ScimError {
  if (filter === undefined) {
    const isDeep = isIndexOrder(sort);
    const advice = isDeep
      ? "Page by cursor"
      : `Sort by ${nameAttribute(type.name)}, or add a filter`;
    return ScimError.tooMany(`This order would have to look at too many resources. ${advice}.`);
  }
  if (scanCost(filter, CREATION_ORDER).perMember > 0) {
    const [list, one] = type.name === "User" ? ["groups", "group"] : ["members", "member"];
    return ScimError.tooMany(
      `This search would have to look at too many ${list}. Name one ${one} by "${list}.value eq", or one ${type.name.toLowerCase()} by "eq" on id or ${nameAttribute(type.name)}, joined by "and"; or use fewer terms on "${list}".`,
    );
  }
  const indexed = [nameAttribute(type.name), "externalId", "id"];
  const lists =
    type.name === "User" ? ["emails.value", "groups.value", "groups.display"] : ["members.value"];
  return ScimError.tooMany(
    `This search would have to look at too many resources. Add a term with "eq" on ${[...indexed, ...lists].join(", ")}, joined by "and"; or use fewer terms${sort.by === "creation" ? "" : " and no sortBy"}.`,
  );
}

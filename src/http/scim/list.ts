import { ScimError } from "#scim/error.ts";
import type { Filter } from "#scim/filter/ast.ts";
import { parseFilter } from "#scim/filter/parse.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { nameAttribute } from "#scim/identity.ts";
import { COUNT_MAX, type ListParameters } from "#scim/list.ts";
import type { ResourceType } from "#scim/schema/attribute.ts";
import { hasIndexedTerm } from "#store/filter-index.ts";
import {
  indexedMatches,
  type ResourcePage,
  resourcePage,
  scannedMatches,
} from "#store/resource-list.ts";
import type { ScimCall } from "../scim-call.ts";

/** Finds the page of a type's resources that list parameters ask for (RFC 7644 §3.4.2). */
export async function findPage(
  call: ScimCall,
  type: ResourceType,
  { filter: text, startIndex, count }: ListParameters,
): Promise<ResourcePage> {
  const filter = text === undefined ? undefined : parseFilter(text);
  call.resource = { resourceType: type.name, ...(filter && namedIn(type, filter)) };
  const page = { offset: startIndex - 1, count };
  return filter === undefined
    ? call.ask((db, scope) => resourcePage(db, scope, type.name, page))
    : await findMatches(call, type, filter, page);
}

async function findMatches(
  call: ScimCall,
  type: ResourceType,
  filter: Filter,
  page: { readonly offset: number; readonly count: number },
): Promise<ResourcePage> {
  const resolved = resolveFilter(type, filter);
  const limit = page.offset + page.count;
  // An indexed lookup finds a handful: read them all, and the page and the total are both there.
  if (hasIndexedTerm(resolved) && limit <= COUNT_MAX) {
    const { isComplete, records } = await call.ask((db, scope) =>
      indexedMatches(db, scope, type.name, resolved, limit),
    );
    if (isComplete) return { total: records.length, records: records.slice(page.offset, limit) };
  }
  const found = await call.ask((db, scope) => scannedMatches(db, scope, type.name, resolved, page));
  if (found === undefined) throw tooManyToScan(type);
  return found;
}

function tooManyToScan(type: ResourceType): ScimError {
  const indexed = [nameAttribute(type.name), "externalId", "id"];
  const lists = type.name === "User" ? ["emails.value", "groups.value"] : ["members.value"];
  return ScimError.tooMany(
    `This filter would have to look at too many resources. Add a term with "eq" on ${[...indexed, ...lists].join(", ")}.`,
  );
}

/** The name that a filter looks for, so that the event log shows whom the request was about. */
function namedIn(type: ResourceType, filter: Filter): { readonly userName?: string } {
  switch (filter.kind) {
    case "and": {
      const named = filter.filters.map((term) => namedIn(type, term));
      return named.find(({ userName }) => userName !== undefined) ?? {};
    }
    case "compare": {
      const { path, operator, value } = filter;
      const isName = path.attribute.toLowerCase() === nameAttribute(type.name).toLowerCase();
      return isName && operator === "eq" && typeof value === "string" ? { userName: value } : {};
    }
    case "or":
    case "not":
    case "present":
    case "some":
      return {};
  }
}

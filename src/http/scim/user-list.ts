import type { Context } from "hono";
import { ScimError } from "#scim/error.ts";
import type { Filter } from "#scim/filter/ast.ts";
import { parseFilter } from "#scim/filter/parse.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { COUNT_MAX, parseListParameters } from "#scim/list.ts";
import { parseProjection } from "#scim/projection.ts";
import { USER } from "#scim/schema/registry.ts";
import { hasIndexedTerm } from "#store/filter-index.ts";
import { indexedMatches, scannedMatches, type UserPage, userPage } from "#store/user-list.ts";
import type { Answer } from "../answer.ts";
import type { ScimCall } from "../scim-call.ts";
import type { AppEnv } from "../services.ts";
import { queryReader } from "./parameters.ts";
import { listAnswer, userText } from "./user-answers.ts";

/** GET /Users: a page of all users, or of those that match a filter (RFC 7644 §3.4.2). */
export async function listUsers(call: ScimCall, context: Context<AppEnv>): Promise<Answer> {
  const parameters = parseListParameters(queryReader(context));
  const projection = parseProjection(parameters.attributes, parameters.excludedAttributes);
  const { startIndex, count } = parameters;
  const filter = parameters.filter === undefined ? undefined : parseFilter(parameters.filter);
  call.resource = { resourceType: USER.name, ...(filter && namedUser(filter)) };
  const { total, users } = await findPage(call, filter, startIndex - 1, count);
  return listAnswer(
    { totalResults: total, startIndex },
    users.map((user) => userText(user, call.baseUrl, projection)),
  );
}

async function findPage(
  call: ScimCall,
  filter: Filter | undefined,
  offset: number,
  count: number,
): Promise<UserPage> {
  if (filter === undefined) return call.ask((db, scope) => userPage(db, scope, offset, count));
  const resolved = resolveFilter(USER, filter);
  // An indexed lookup finds a handful: read them all, and the page and the total are both there.
  if (hasIndexedTerm(resolved) && offset + count <= COUNT_MAX) {
    const limit = offset + count;
    const found = await call.ask((db, scope) => indexedMatches(db, scope, resolved, limit));
    if (found.isComplete) return { total: found.users.length, users: found.users.slice(offset) };
  }
  const page = await call.ask((db, scope) =>
    scannedMatches(db, scope, resolved, { offset, count }),
  );
  if (page === undefined) throw tooManyToScan();
  return page;
}

function tooManyToScan(): ScimError {
  return ScimError.tooMany(
    'This filter would have to look at too many users. Add a term with "eq" on userName, externalId, id or emails.value.',
  );
}

/** The userName that a filter looks for, so that the event log shows whom the request was about. */
function namedUser(filter: Filter): { readonly userName?: string } {
  switch (filter.kind) {
    case "and": {
      const named = filter.filters.map(namedUser).find(({ userName }) => userName !== undefined);
      return named ?? {};
    }
    case "compare": {
      const isUserName = filter.path.attribute.toLowerCase() === "username";
      const isNamed = isUserName && filter.operator === "eq" && typeof filter.value === "string";
      return isNamed ? { userName: filter.value } : {};
    }
    case "or":
    case "not":
    case "present":
    case "some":
      return {};
  }
}

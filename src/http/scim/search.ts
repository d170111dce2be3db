import type { Hono } from "hono";
import { USER_BODY_BYTES_MAX } from "#http/request/body.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { Answer } from "#http/response/answer.ts";
import { readJson, type ScimCall } from "#http/scim/call/call.ts";
import { answerList } from "#http/scim/list/answer.ts";
import type { ListScope } from "#http/scim/list/list.ts";
import { SEARCH_FILTER_BYTES_MAX } from "#scim/filter/syntax/parse.ts";
import { parseSearchRequest } from "#scim/list/search.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { scimHandler } from "./handler.ts";

/** A search is a list whose parameters come in a body, so that they may be longer and stay out of URLs. */
const SEARCHES: readonly (readonly [path: string, types: ListScope["types"]])[] = [
  ["/.search", [USER.name, GROUP.name]],
  [`${USER.endpoint}/.search`, [USER.name]],
  [`${GROUP.endpoint}/.search`, [GROUP.name]],
];

/** The paths of the searches, which know POST alone. */
export const SEARCH_PATHS: readonly string[] = SEARCHES.map(([path]) => path);

/**
 * Registers `.search` (RFC 7644 §3.4.3): a read, though it is a POST. At the root it lists users,
 * then groups, each in the order asked for; they are not merged into one order.
 */
export function addSearchRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  for (const [path, types] of SEARCHES) {
    const search = scimHandler(services, basePath, "read", (call) => answerSearch(call, types));
    app.post(`${basePath}${path}`, search);
  }
}

async function answerSearch(call: ScimCall, types: ListScope["types"]): Promise<Answer> {
  const body = await readJson(call, USER_BODY_BYTES_MAX);
  const parameters = parseSearchRequest(body, { strict: false });
  const filterBytesMax = SEARCH_FILTER_BYTES_MAX;
  const answer = await answerList(call, { types, parameters, filterBytesMax });
  // Only now is the connector known, and so whether it is strict.
  parseSearchRequest(body, await call.caller.settings());
  return answer;
}

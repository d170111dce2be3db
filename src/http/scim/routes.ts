import type { Context, Hono } from "hono";
import { readCredential } from "#http/request/authenticate.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { toResponse } from "#http/response/answer.ts";
import { answerTo, Refusal } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { addBulkRoute } from "./bulk.ts";
import { addDiscoveryRoutes } from "./discovery.ts";
import { addGroupRoutes } from "./groups.ts";
import { scimHandler } from "./handler.ts";
import { addSearchRoutes, SEARCH_PATHS } from "./search.ts";
import { addUserRoutes } from "./users.ts";

/** A path under a SCIM base path, and the methods it knows. */
type KnownPath = readonly [path: string, methods: string];

/** The methods that each path under a SCIM base path knows; any other is answered 405. */
const METHODS: readonly KnownPath[] = [
  [USER.endpoint, "GET, HEAD, POST"],
  [`${USER.endpoint}/:id`, "GET, HEAD, PUT, PATCH, DELETE"],
  [GROUP.endpoint, "GET, HEAD, POST"],
  [`${GROUP.endpoint}/:id`, "GET, HEAD, PUT, PATCH, DELETE"],
  ["/Bulk", "POST"],
  ["/ServiceProviderConfig", "GET, HEAD"],
  ["/ResourceTypes", "GET, HEAD"],
  ["/ResourceTypes/:id", "GET, HEAD"],
  ["/Schemas", "GET, HEAD"],
  ["/Schemas/:id", "GET, HEAD"],
];

/** Registers the whole SCIM protocol under one base path. */
export function addScimRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  addSearchRoutes(app, services, basePath);
  // At once: to /Users/:id, `.search` would be an id.
  const searches = SEARCH_PATHS.map((path): KnownPath => [path, "POST"]);
  addWrongMethods(app, services, basePath, searches);
  addUserRoutes(app, services, basePath);
  addDiscoveryRoutes(app, services, basePath);
  addGroupRoutes(app, services, basePath);
  addBulkRoute(app, services, basePath);
  app.all(`${basePath}/Me`, refuse(services, basePath, ME));
  addWrongMethods(app, services, basePath, METHODS);
}

function addWrongMethods(
  app: Hono<AppEnv>,
  services: Services,
  basePath: string,
  paths: readonly KnownPath[],
): void {
  for (const [path, methods] of paths) {
    const wrongMethod = ScimError.status(405, `This path knows the methods ${methods}.`);
    app.all(
      `${basePath}${path}`,
      refuse(services, basePath, new Refusal(wrongMethod, { Allow: methods })),
    );
  }
}

/** Registers the 404 for the rest of a base path; after all routes, since one base path may hold another. */
export function addUnknownRoutes(app: Hono<AppEnv>, services: Services, basePath: string): void {
  app.all(`${basePath}/*`, refuse(services, basePath, NO_ROUTE));
  app.all(basePath, refuse(services, basePath, NO_ROUTE));
}

const ME = ScimError.status(501, "/Me is not supported: a token stands for no user.");
const NO_ROUTE = ScimError.status(404, "There is no such endpoint under this SCIM base URL.");

/** A handler for what is no SCIM path: it refuses everybody, and whoever brings a token finds it in the log. */
export function refuseAnywhere(services: Services, refusal: ScimError) {
  const known = refuse(services, "", refusal);
  return async (context: Context<AppEnv>): Promise<Response> => {
    const credential = await readCredential(context.req.header("Authorization"));
    if (credential.kind !== "token") return toResponse(answerTo(refusal));
    return await known(context);
  };
}

/** A handler that refuses every caller whose token is good, in the same words. */
function refuse(services: Services, basePath: string, refusal: ScimError | Refusal) {
  return scimHandler(services, basePath, "read", async ({ caller }) => {
    await caller.granted();
    throw refusal;
  });
}

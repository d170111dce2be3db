import { Hono } from "hono";
import type { Play } from "#http/admin/self-test/self-test.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { toResponse } from "#http/response/answer.ts";
import { answerTo } from "#http/response/error.ts";
import { routePathOf } from "#http/scim/path.ts";
import { ScimError } from "#scim/error.ts";
import { centralDatabase } from "#store/databases.ts";
import { explainError } from "#store/migrations.ts";
import { createAdmin } from "./admin/routes.ts";
import { APPLICATION_PATH, createApplicationApi } from "./application/routes.ts";
import { addConsole } from "./console/routes.ts";
import { addHealth } from "./health.ts";
import { addJwksRoute } from "./jwks.ts";
import { addOauthRoutes } from "./oauth.ts";
import { addScimRoutes, addUnknownRoutes, refuseAnywhere } from "./scim/routes.ts";
import { addSetup } from "./setup/routes.ts";

/** The whole gateway as one Hono app: health, the admin API, that for applications, and SCIM under each base path. */
export function createApp(services: Services): Hono<AppEnv> {
  const basePaths = services.config.scimBasePaths.toSorted((a, b) => b.length - a.length);
  const app = new Hono<AppEnv>({ getPath: (request) => routePathOf(request, basePaths) });
  app.use(async (context, next) => {
    await next();
    // What a client wrote into an attribute is never to be taken for a page or a script.
    // Set on the answer itself: Hono would make another one of it.
    context.res.headers.set("X-Content-Type-Options", "nosniff");
  });
  const tooLong = refuseAnywhere(services, URL_TOO_LONG);
  app.use(async (context, next) =>
    context.req.raw.url.length > URL_CHARACTERS_MAX ? tooLong(context) : await next(),
  );
  addHealth(app, services);
  addJwksRoute(app, services);
  const play: Play = (request, context) => app.fetch(request, context.env, context.executionCtx);
  app.route("/admin/v1", createAdmin(services, play));
  app.route(APPLICATION_PATH, createApplicationApi(services));
  addConsole(app, services);
  addSetup(app, services);
  addOauthRoutes(app, services);
  for (const basePath of basePaths) addScimRoutes(app, services, basePath);
  for (const basePath of basePaths) addUnknownRoutes(app, services, basePath);
  // A provider that has the wrong base URL is found in its connector's log.
  app.notFound(refuseAnywhere(services, NOTHING_HERE));
  app.onError(async (error, { env }) =>
    toResponse(answerTo(await explainError(centralDatabase(env), error))),
  );
  return app;
}

/** Cloudflare takes URLs of 16 KB; the longest filter and attribute list need less. */
const URL_CHARACTERS_MAX = 16 * 1024;

const URL_TOO_LONG = ScimError.status(
  414,
  "The URL is too long; shorten its filter or attributes.",
);
const NOTHING_HERE = ScimError.status(404, "Nothing answers here. Check the SCIM base URL.");

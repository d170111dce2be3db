import { Hono } from "hono";
import { answerError, Problem, problemResponse } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { CONSOLE_PATH, consolePage } from "./page.ts";
import { addSignInRoutes } from "./sign-in.ts";

/** Registers the console: its page, and how a browser signs in and out. A person at the root is led to it. */
export function addConsole(app: Hono<AppEnv>, services: Services): void {
  const sessions = new Hono<AppEnv>();
  sessions.use(async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });
  addSignInRoutes(sessions, services);
  sessions.onError(answerError);
  app.route(CONSOLE_PATH, sessions);
  app.get(`${CONSOLE_PATH}/*`, consolePage);
  app.all(`${CONSOLE_PATH}/*`, () =>
    problemResponse(new Problem("noSuchCall", "The console has no such call.")),
  );
  app.get("/", async (context, next) => {
    // A provider that was given the wrong base URL asks here as well, and is told so.
    const isPerson = context.req.header("Accept")?.includes("text/html") ?? false;
    if (isPerson && !context.req.raw.headers.has("Authorization")) {
      return context.redirect(`${CONSOLE_PATH}/`);
    }
    return await next();
  });
}

import type { MiddlewareHandler } from "hono";
import { equalSecrets } from "#credentials/equal.ts";
import type { AppEnv, Services } from "../services.ts";
import { Problem } from "./problem.ts";

/** Lets an admin call pass only with the operator's token, compared in constant time. */
export function requireAdmin({ config }: Services): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    if (config.adminToken === undefined) {
      throw new Problem(
        503,
        "No ADMIN_TOKEN is configured, so the admin API is closed. Set the secret ADMIN_TOKEN.",
      );
    }
    const [scheme, token, ...others] = (context.req.header("Authorization") ?? "")
      .trim()
      .split(/\s+/);
    const isBearer = scheme?.toLowerCase() === "bearer" && others.length === 0;
    if (!isBearer || !(await equalSecrets(token ?? "", config.adminToken))) {
      throw new Problem(401, "Send the admin token as: Authorization: Bearer …", {
        "WWW-Authenticate": "Bearer",
      });
    }
    await next();
  };
}

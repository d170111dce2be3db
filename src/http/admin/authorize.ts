import type { Context, MiddlewareHandler } from "hono";
import { createAccessVerifier } from "#credentials/access-jwt.ts";
import { equalSecrets } from "#credentials/equal.ts";
import { type AccessConfig, isAdministrator } from "../access-config.ts";
import { challenge } from "../error-response.ts";
import { FAILURES_HEADERS, hasFailedTooOften } from "../rate-limit.ts";
import type { AppEnv, Services } from "../services.ts";
import { Problem } from "./problem.ts";

/** What an administrator may do. */
type Role = "full" | "read-only";

/** Finds out whether a call comes from an administrator, and in which role; undefined for a stranger. */
type Recognise = (context: Context<AppEnv>) => Promise<Role | undefined>;

/**
 * Lets an admin call pass with the operator's token, compared in constant time, or with the JWT that
 * Cloudflare Access adds. Whoever may only read gets 403 for anything but GET and HEAD.
 */
export function requireAdmin(services: Services): MiddlewareHandler<AppEnv> {
  const { adminToken, access } = services.config;
  const ways: readonly Recognise[] = [
    ...(adminToken === undefined ? [] : [byToken(adminToken)]),
    ...(access === undefined ? [] : [byAccess(services, access)]),
  ];
  return async (context, next) => {
    if (ways.length === 0) {
      throw new Problem(
        503,
        "The admin API is closed: set the secret ADMIN_TOKEN, or ACCESS_TEAM_DOMAIN and ACCESS_AUD.",
      );
    }
    const role = await recognise(context, ways);
    if (role === undefined) {
      if (await hasFailedTooOften(context.env, services.config, context.req.raw.headers)) {
        const detail = "Too many calls with bad credentials came from this address. Wait a minute.";
        throw new Problem(429, detail, FAILURES_HEADERS);
      }
      const isBearer = /^bearer\s+\S/i.test(context.req.header("Authorization") ?? "");
      throw new Problem(
        401,
        "Send the admin token as: Authorization: Bearer …",
        challenge("admin", isBearer ? "invalid_token" : undefined),
      );
    }
    const isReading = context.req.method === "GET" || context.req.method === "HEAD";
    if (role === "read-only" && !isReading) {
      throw new Problem(403, READ_ONLY);
    }
    await next();
  };
}

async function recognise(
  context: Context<AppEnv>,
  ways: readonly Recognise[],
): Promise<Role | undefined> {
  for (const way of ways) {
    const role = await way(context);
    if (role !== undefined) return role;
  }
  return undefined;
}

function byToken(adminToken: string): Recognise {
  return async (context) => {
    const header = context.req.header("Authorization") ?? "";
    const [scheme, token, ...others] = header.trim().split(/\s+/);
    const isBearer = scheme?.toLowerCase() === "bearer" && others.length === 0;
    return isBearer && (await equalSecrets(token ?? "", adminToken)) ? "full" : undefined;
  };
}

function byAccess({ clock, fetch }: Services, access: AccessConfig): Recognise {
  const { teamDomain, audience } = access;
  const verify = createAccessVerifier({ teamDomain, audience, now: clock.now, fetch });
  return async (context) => {
    const jwt = context.req.header("Cf-Access-Jwt-Assertion");
    const identity = jwt === undefined ? undefined : await verify(jwt).catch(refuseUnverified);
    if (identity === undefined) return undefined;
    return isAdministrator(access, identity.email) ? "full" : "read-only";
  };
}

function refuseUnverified(): never {
  const detail =
    "The keys of Cloudflare Access cannot be fetched right now. Repeat the call later.";
  throw new Problem(503, detail, { "Retry-After": "10" });
}

const READ_ONLY =
  "You may read but not change anything here; ask an administrator. ACCESS_ADMIN_EMAILS names them.";

import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "./services.ts";

/** The name without its prefix: a browser takes `__Host-` for this host alone, and by https alone. */
const NAME = "console_session";

/** Reads the secret of a console's session out of a request's cookies; undefined where there is none. */
export function readSessionCookie(context: Context<AppEnv>): string | undefined {
  return getCookie(context, nameFor(context));
}

/** Gives a browser the secret of its session: no script reads it, and no other site's request takes it along. */
export function giveSessionCookie(
  context: Context<AppEnv>,
  secret: string,
  maxAgeSeconds: number,
): void {
  setCookie(context, nameFor(context), secret, {
    ...attributesFor(context),
    maxAge: maxAgeSeconds,
  });
}

/** Has the browser forget its session. */
export function clearSessionCookie(context: Context<AppEnv>): void {
  deleteCookie(context, nameFor(context), attributesFor(context));
}

function attributesFor(context: Context<AppEnv>) {
  const attributes = { path: "/", httpOnly: true, sameSite: "Strict" } as const;
  return { ...attributes, secure: isSecure(context) };
}

/** A development server answers by http on loopback; in production Cloudflare answers by https alone. */
function isSecure(context: Context<AppEnv>): boolean {
  return new URL(context.req.raw.url).protocol === "https:";
}

function nameFor(context: Context<AppEnv>): string {
  return isSecure(context) ? `__Host-${NAME}` : NAME;
}

import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { AppEnv } from "./services.ts";

/** The names without their prefix: a browser takes `__Host-` for this host alone, and by https alone. */
type CookieName = "console_session" | "setup_session";

/** Reads the secret of a session out of a request's cookies; undefined where there is none. */
export function readSessionCookie(
  context: Context<AppEnv>,
  name: CookieName = "console_session",
): string | undefined {
  return getCookie(context, nameFor(context, name));
}

/** Gives a browser the secret of its session: no script reads it, and no other site's request takes it along. */
export function giveSessionCookie(
  context: Context<AppEnv>,
  secret: string,
  maxAgeSeconds: number,
  name: CookieName = "console_session",
): void {
  setCookie(context, nameFor(context, name), secret, {
    ...attributesFor(context),
    maxAge: maxAgeSeconds,
  });
}

/** Has the browser forget its session. */
export function clearSessionCookie(
  context: Context<AppEnv>,
  name: CookieName = "console_session",
): void {
  deleteCookie(context, nameFor(context, name), attributesFor(context));
}

function attributesFor(context: Context<AppEnv>) {
  const attributes = { path: "/", httpOnly: true, sameSite: "Strict" } as const;
  return { ...attributes, secure: isSecure(context) };
}

/** A development server answers by http on loopback; in production Cloudflare answers by https alone. */
function isSecure(context: Context<AppEnv>): boolean {
  return new URL(context.req.raw.url).protocol === "https:";
}

function nameFor(context: Context<AppEnv>, name: CookieName): string {
  return isSecure(context) ? `__Host-${name}` : name;
}

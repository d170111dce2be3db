import type { Context } from "hono";
import { encodeBase64Url } from "#credentials/base64url.ts";
import type { AppEnv } from "#http/request/services.ts";

/** Where the console answers. */
export const CONSOLE_PATH = "/console";

/** What stands in the built page in the place of the nonce. */
const NONCE_PLACE = "__CSP_NONCE__";

const NONCE_BYTES = 16;

const NOT_BUILT =
  "The console is not built. npm start builds it, and so does npm run console:build.\n";

/**
 * Answers any path of the console with its one page, whose script finds out what the path shows. 404 where it
 * is not built, or where the path is that of a file.
 */
export async function consolePage(context: Context<AppEnv>): Promise<Response> {
  const { url } = context.req.raw;
  const isFile = new URL(url).pathname.startsWith(`${CONSOLE_PATH}/assets/`);
  if (isFile) return context.text("There is no such file.\n", 404);
  const built = await context.env.ASSETS.fetch(new URL(`${CONSOLE_PATH}/index.html`, url));
  if (!built.ok) return context.text(NOT_BUILT, 404);
  const nonce = encodeBase64Url(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  const html = (await built.text()).replaceAll(NONCE_PLACE, nonce);
  return context.html(html, 200, headersFor(nonce));
}

/** Nothing is loaded from another host, no script stands in the page, and no other page frames it. */
function headersFor(nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    // The style sheets of components are made while the page runs, and bear the nonce.
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    // The next page has another nonce.
    "Cache-Control": "no-store",
  };
}

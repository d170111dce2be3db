import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod";
import { readBodyText } from "#http/request/body.ts";
import type { AppEnv } from "#http/request/services.ts";
import { ScimError } from "#scim/error.ts";
import { parseJson } from "#scim/json.ts";
import { Problem } from "./problem.ts";

/** An admin body is small; SEMANTICS 9 sets no limit for it. */
const ADMIN_BODY_BYTES_MAX = 64 * 1024;

/** How many items a list answers when nothing else is asked, and at most. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** The `limit` of every admin list. */
export const LIMIT = z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT);

/** Refuses with 415 a body that does not come as application/json, of calls that read none as well. */
export const requireJson: MiddlewareHandler<AppEnv> = async ({ req }, next) => {
  const { headers } = req.raw;
  const isEmpty = Number(headers.get("Content-Length") ?? 0) === 0;
  if (!isEmpty || headers.has("Transfer-Encoding")) checkType(headers);
  await next();
};

/** Reads and checks a JSON body; 415 unless it comes as application/json, 400 for what does not fit. */
export async function readInput<T>(context: Context<AppEnv>, schema: z.ZodType<T>): Promise<T> {
  checkType(context.req.raw.headers);
  return check(schema, await readJson(context.req.raw));
}

/** A form or text/plain can be posted across origins without asking; JSON cannot. */
function checkType(headers: Headers): void {
  const [type = ""] = (headers.get("Content-Type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new Problem(415, "Send the body as application/json.");
  }
}

/** Reads and checks the query of a call; a parameter given twice is refused. */
export function readQuery<T>(context: Context<AppEnv>, schema: z.ZodType<T>): T {
  const entries = [...new URL(context.req.raw.url).searchParams];
  const names = entries.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Problem(400, `The parameter "${twice}" is given twice.`);
  return check(schema, Object.fromEntries(entries));
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return parseJson(await readBodyText(request, ADMIN_BODY_BYTES_MAX));
  } catch (error) {
    if (error instanceof ScimError)
      throw new Problem(
        error.status === 413 || error.status === 415 ? error.status : 400,
        error.detail,
      );
    throw error;
  }
}

/** Checks a body that was read already; 400 for what does not fit. */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `${path.join(".") || "body"}: ${message}`,
  );
  throw new Problem(400, issues.slice(0, 5).join("; "));
}

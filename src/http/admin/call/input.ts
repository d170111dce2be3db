import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod";
import { readBodyText } from "#http/request/body.ts";
import type { AppEnv } from "#http/request/services.ts";
import { ScimError } from "#scim/error.ts";
import { parseJson } from "#scim/json.ts";
import { type InputFault, Problem } from "./problem.ts";

/** An admin body is small: it holds settings, not a directory. */
const ADMIN_BODY_BYTES_MAX = 64 * 1024;

/** Refuses with 415 a body that does not come as application/json, of calls that read none as well. */
export const requireJson: MiddlewareHandler<AppEnv> = async ({ req }, next) => {
  const { headers } = req.raw;
  const isEmpty = Number(headers.get("Content-Length") ?? 0) === 0;
  if (!isEmpty || headers.has("Transfer-Encoding")) checkType(headers);
  await next();
};

/**
 * Reads and checks the JSON body of a call; 415 unless it comes as application/json, 400 for what does not
 * fit. One that may be left out, and comes without a content type, is {}.
 */
export async function readInput<T>(
  context: Context<AppEnv>,
  { body, isBodyOptional }: { readonly body: z.ZodType<T>; readonly isBodyOptional?: true },
): Promise<T> {
  if (isBodyOptional && !hasBody(context)) return check(body, {});
  checkType(context.req.raw.headers);
  return check(body, await readJson(context.req.raw));
}

/** Whether a call says that it has a body. */
export function hasBody(context: Context<AppEnv>): boolean {
  return context.req.header("Content-Type") !== undefined;
}

/** A form or text/plain can be posted across origins without asking; JSON cannot. */
function checkType(headers: Headers): void {
  const [type = ""] = (headers.get("Content-Type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/json") {
    throw new Problem(415, "Send the body as application/json.");
  }
}

/** Reads and checks the query of a call; a parameter given twice is refused. */
export function readQuery<T>(
  context: Context<AppEnv>,
  { query }: { readonly query: z.ZodType<T> },
): T {
  const entries = [...new URL(context.req.raw.url).searchParams];
  const names = entries.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Problem(400, `The parameter "${twice}" is given twice.`);
  return check(query, Object.fromEntries(entries), "query");
}

/** Refuses any parameter of a call that takes none. */
export function refuseParameters(context: Context<AppEnv>): void {
  if (context.req.raw.url.includes("?")) readQuery(context, { query: NO_PARAMETERS });
}

const NO_PARAMETERS = z.strictObject({});

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

/** Checks what was read of a call's body or query; 400 for what does not fit. */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  place: "body" | "query" = "body",
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, ISSUES_MAX);
  const sentences = issues.map(({ path, message }) => `${path.join(".") || place}: ${message}`);
  throw new Problem(
    400,
    sentences.join("; "),
    {},
    issues.flatMap((issue) => faultsOf(issue, place)),
  );
}

/** So many things that are wrong are told at once. */
const ISSUES_MAX = 5;

/** Where something is wrong: a JSON Pointer (RFC 6901) into the body, or the name of a parameter. */
function faultsOf(issue: z.core.$ZodIssue, place: "body" | "query"): readonly InputFault[] {
  const names = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
  return names.slice(0, ISSUES_MAX).map((name) => {
    const path = [...issue.path, ...(name === undefined ? [] : [name])].map(String);
    const detail = name === undefined ? issue.message : "Nothing of this name is known here.";
    if (place === "query") return { parameter: path.join("."), detail };
    const steps = path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    return { pointer: `#${steps.join("")}`, detail };
  });
}

import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod";
import { readBodyText } from "#http/request/body.ts";
import type { AppEnv } from "#http/request/services.ts";
import { ScimError } from "#scim/error.ts";
import { parseJson } from "#scim/json.ts";
import { type InputFault, Problem, pointerTo, unfitParameters } from "./problem.ts";

/** An admin body is small: it holds settings, not a directory; but for that of an import. */
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
  {
    body,
    isBodyOptional,
    bytesMax = ADMIN_BODY_BYTES_MAX,
  }: {
    readonly body: z.ZodType<T>;
    readonly isBodyOptional?: true;
    readonly bytesMax?: number;
  },
): Promise<T> {
  if (isBodyOptional && !hasBody(context)) return check(body, {});
  checkType(context.req.raw.headers);
  return check(body, await readJson(context.req.raw, bytesMax));
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
  if (twice !== undefined) {
    throw unfitParameters([twice], `The parameter "${twice}" is given twice.`);
  }
  return check(query, Object.fromEntries(entries), "query");
}

/**
 * Refuses with 400 what a call does not know, whether or not its handler looks: any parameter that its `query` lacks, and
 * of a call without a `body` any member. A body that is read is checked as it is read.
 */
export async function refuseUnknown(
  context: Context<AppEnv>,
  { query = NOTHING, body }: { readonly query?: z.ZodType; readonly body?: z.ZodType },
): Promise<void> {
  readQuery(context, { query });
  const isReading = context.req.method === "GET" || context.req.method === "HEAD";
  if (body !== undefined || isReading || context.req.raw.body === null) return;
  const text = await readText(context.req.raw);
  if (text.trim() !== "")
    check(
      NOTHING,
      parsed(() => parseJson(text)),
    );
}

/** Refuses any parameter of a call that takes none. */
export function refuseParameters(context: Context<AppEnv>): void {
  readQuery(context, { query: NOTHING });
}

const NOTHING = z.strictObject({});

async function readJson(request: Request, bytesMax: number): Promise<unknown> {
  const text = await readText(request, bytesMax);
  return parsed(() => parseJson(text));
}

async function readText(request: Request, bytesMax = ADMIN_BODY_BYTES_MAX): Promise<string> {
  try {
    return await readBodyText(request, bytesMax);
  } catch (error) {
    throw problemOf(error);
  }
}

function parsed(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    throw problemOf(error);
  }
}

/** What the reader of SCIM's bodies refuses, as an admin call does. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof ScimError)) return error;
  const { status, detail } = error;
  if (status === 413 || status === 415) return new Problem(status, detail);
  return new Problem("invalidBody", detail, {}, [{ pointer: pointerTo([]), detail }]);
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
    place === "query" ? "invalidQuery" : "invalidBody",
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
    const path = [...issue.path, ...(name === undefined ? [] : [name])];
    const detail = name === undefined ? issue.message : "Nothing of this name is known here.";
    if (place === "query") return { parameter: path.join("."), detail };
    return { pointer: pointerTo(path), detail };
  });
}

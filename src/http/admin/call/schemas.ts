import * as z from "zod";

/** How many items a list answers when nothing else is asked, and at most. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** A number in a query, within bounds. */
export function numberIn(least: number, most: number) {
  return z.coerce.number().int().min(least).max(most);
}

/** The `limit` of every admin list. */
export const LIMIT = numberIn(1, LIMIT_MAX)
  .default(LIMIT_DEFAULT)
  .describe("How many items a page holds.");

/** The `cursor` of every admin list. */
export const CURSOR = z
  .string()
  .optional()
  .describe("The `nextCursor` of the page before; without it the list begins.");

/** The query of a list that takes nothing else. */
export const PAGE_QUERY = z.strictObject({ cursor: CURSOR, limit: LIMIT });

/** A name that people gave to a thing. */
export const NAME = z.string().trim().min(1).max(200);

/** A time that is sent, with any zone. */
export const TIME = z.iso.datetime({ offset: true });

/** A time that is answered: ISO 8601 in UTC. */
export const MOMENT = z.iso.datetime();

/** A number of things. */
export const COUNT = z.int().min(0);

/** Requests by the class of their status. */
export const REQUESTS_BY_CLASS = z
  .strictObject({ "2xx": COUNT, "3xx": COUNT, "4xx": COUNT, "5xx": COUNT })
  .meta({ id: "RequestsByClass" });

/** Callers who were not let in, by the class of their status. */
export const REFUSALS_BY_CLASS = z
  .strictObject({ "4xx": COUNT, "5xx": COUNT })
  .meta({ id: "RefusalsByClass" });

/** Of what a credential lets do. */
export const SCOPE = z
  .enum(["read", "read-write"])
  .describe("Whether it may change the directory, or read it alone.");

/** A page of a list, under a name of its own in OpenAPI. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return z
    .strictObject({
      items: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .describe("Send it as `cursor` for the next page; null at the end."),
    })
    .meta({ id });
}

/** Where something is wrong with what was sent, and what. */
export const INPUT_FAULT = z.union([
  z.strictObject({
    pointer: z.string().describe("A JSON Pointer (RFC 6901) into the body, behind #."),
    detail: z.string(),
  }),
  z.strictObject({ parameter: z.string().describe("Of the query."), detail: z.string() }),
]);

/** What programs tell refusals apart by: the status of each, and when it is given. The first one of a status is its general one. */
export const PROBLEM_CODES = {
  invalidRequest: { status: 400, when: "What was sent does not fit; `detail` says how." },
  invalidBody: { status: 400, when: "The body does not fit; `detail` and `errors` say where." },
  invalidQuery: { status: 400, when: "A parameter does not fit; `detail` and `errors` say which." },
  invalidCursor: { status: 400, when: "The cursor is none that the list gave out." },
  invalidIdempotencyKey: { status: 400, when: "The Idempotency-Key is empty or too long." },
  unauthorized: { status: 401, when: "No admin token or key, or a wrong one." },
  forbidden: { status: 403, when: "The caller may not do this." },
  roleTooSmall: { status: 403, when: "The call takes a key with another role." },
  readOnly: { status: 403, when: "The caller may read, and change nothing." },
  foreignSite: { status: 403, when: "A browser's call was written on another site." },
  outOfSight: { status: 403, when: "The call reaches beyond what the key sees." },
  notFound: { status: 404, when: "There is nothing with this id." },
  connectorNotFound: { status: 404, when: "There is no such connector, or not for this key." },
  noSuchCall: { status: 404, when: "The path is none of this API's." },
  methodNotAllowed: { status: 405, when: "The path does not know the method." },
  conflict: { status: 409, when: "It cannot be done as things are; `detail` says why." },
  connectorDisabled: { status: 409, when: "The connector has to be active first." },
  connectorStaged: { status: 409, when: "The connector delivers nothing until it is approved." },
  tooManyWebhooks: { status: 409, when: "There is no room for another webhook." },
  answerLost: { status: 409, when: "It was made, but its first answer cannot be given again." },
  cursorExpired: { status: 410, when: "Changes behind the cursor are no longer kept." },
  versionMismatch: { status: 412, when: "It is not at a version that the conditions let pass." },
  bodyTooLarge: { status: 413, when: "The body is too large." },
  unsupportedMediaType: { status: 415, when: "The body did not come as application/json." },
  idempotencyKeyReused: { status: 422, when: "The Idempotency-Key came with another body before." },
  tooManyFailures: { status: 429, when: "Too many bad credentials came from this address." },
  internalError: { status: 500, when: "A fault of the gateway." },
  unavailable: { status: 503, when: "Something cannot be had right now. Repeat it later." },
  adminApiClosed: { status: 503, when: "Nobody can be let in: no way to sign in is set up." },
} as const;

/** What programs tell refusals apart by. */
export type ProblemCode = keyof typeof PROBLEM_CODES;

const CODE = z
  .enum(Object.keys(PROBLEM_CODES))
  .describe("What went wrong, for programs: it stays, while the words may change.");

/** The error of every call: problem details of RFC 9457. */
export const PROBLEM = z
  .strictObject({
    type: z.string().describe("A URI that names the kind of problem; about:blank as a rule."),
    title: z.string().describe("The words of the status."),
    status: z.int().min(400).max(599),
    code: CODE,
    detail: z.string().describe("What is wrong, and what to change."),
    errors: z
      .array(INPUT_FAULT)
      .optional()
      .describe("Of a body or query that does not fit: the first things that are wrong."),
  })
  .meta({
    id: "Problem",
    description: "Problem details (RFC 9457).",
    examples: [
      {
        type: "about:blank",
        title: "Bad Request",
        status: 400,
        code: "invalidQuery",
        detail: "limit: Too small: expected number to be >=1",
        errors: [{ parameter: "limit", detail: "Too small: expected number to be >=1" }],
      },
    ],
  });

/** The words of each status of refusal (RFC 9110 §15), and when it is answered. */
export const PROBLEMS: Readonly<Record<number, { readonly title: string; readonly when: string }>> =
  {
    400: { title: "Bad Request", when: "What was sent does not fit; `detail` names it." },
    401: { title: "Unauthorized", when: "No admin token or key, or a wrong one." },
    403: {
      title: "Forbidden",
      when: "The caller's role is too small or may only read, or the call was written on another site.",
    },
    404: { title: "Not Found", when: "There is nothing with this id." },
    405: { title: "Method Not Allowed", when: "The path does not know this method." },
    409: { title: "Conflict", when: "It cannot be done now; `detail` says why." },
    410: {
      title: "Gone",
      when: "Changes behind this cursor are no longer kept, or a set-up link has ended.",
    },
    412: {
      title: "Precondition Failed",
      when: "It is not at a version that If-Match and If-None-Match let pass.",
    },
    413: {
      title: "Content Too Large",
      when: "The body is larger than 64 KB, or that of an import than 1 MB.",
    },
    415: { title: "Unsupported Media Type", when: "The body did not come as application/json." },
    422: {
      title: "Unprocessable Content",
      when: "The Idempotency-Key came with another body before.",
    },
    429: {
      title: "Too Many Requests",
      when: "Too many calls with bad credentials came from this address.",
    },
    500: {
      title: "Internal Server Error",
      when: "A fault of the gateway; `detail` holds an id that the log repeats.",
    },
    503: {
      title: "Service Unavailable",
      when: "Something that the call needs cannot be had right now. Repeat it later.",
    },
  };

import { CONNECTION_LOST } from "#test/support/d1/faulty-d1.ts";

/** A part of what D1 says that nobody must read. */
export const SECRET = "secret-thing";

/** What D1 says when it cannot take a request now. */
const OVERLOADED = [
  "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.",
  "D1_ERROR: D1 DB exceeded its CPU time limit and was reset.",
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
  "D1_ERROR: database or disk is full: SQLITE_FULL",
  "D1_ERROR: Exceeded maximum DB size",
].map((message) => `${message} ${SECRET}`);

/** What D1 says when it cannot be reached. */
const AWAY = `${CONNECTION_LOST} ${SECRET}`;

/** Messages after which the client is to repeat its request. */
export const BUSY = [...OVERLOADED, AWAY];

/** What D1 says of a fault of ours. */
export const UNKNOWN = [`D1_ERROR: datatype mismatch: ${SECRET}: SQLITE_MISMATCH`];

const SCIM_ERROR = { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"] };
const SCIM_BUSY = {
  status: 503,
  mediaType: "application/scim+json",
  retryAfter: "2",
  rowsWritten: 0,
  body: {
    ...SCIM_ERROR,
    status: "503",
    detail: "The service has too much to do right now. Repeat the request a little later.",
  },
};
const SCIM_FAULT = {
  status: 500,
  mediaType: "application/scim+json",
  retryAfter: null,
  rowsWritten: 0,
  body: {
    ...SCIM_ERROR,
    status: "500",
    detail: "Something went wrong here; nothing was acknowledged. Report it as {id}.",
  },
};
const ADMIN_BUSY = {
  status: 503,
  mediaType: "application/problem+json",
  retryAfter: "2",
  rowsWritten: 0,
  body: {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    code: "unavailable",
    detail: "The database cannot answer right now. Repeat the call a little later.",
  },
};
const ADMIN_FAULT = {
  status: 500,
  mediaType: "application/problem+json",
  retryAfter: null,
  rowsWritten: 0,
  body: {
    type: "about:blank",
    title: "Internal Server Error",
    status: 500,
    code: "internalError",
    detail: "Something went wrong here. Report it as {id}.",
  },
};

/** What each API answers to them; `{id}` stands for the id of a fault. */
export const EXPECTED = {
  scim: { busy: SCIM_BUSY, fault: SCIM_FAULT },
  admin: { busy: ADMIN_BUSY, fault: ADMIN_FAULT },
};

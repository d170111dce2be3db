import { type Column, getTableName } from "drizzle-orm";
import type { UniqueKey } from "#scim/ports.ts";
import { events, firstAnswers, GUARDS, resources } from "./schema.ts";

/** D1 cannot take the request now: the caller answers 503 with Retry-After; whether a write got in is unknown. */
export class Overloaded extends Error {
  override readonly name = "Overloaded";
}

/** What a D1 error means for the write that met it. */
export type D1ErrorKind =
  | { readonly kind: "duplicateOperation" }
  | { readonly kind: "alreadyAnswered" }
  | { readonly kind: "uniqueness"; readonly key: UniqueKey }
  | { readonly kind: "versionChanged" }
  | { readonly kind: "membershipCycle" }
  | { readonly kind: "credentialGone" }
  | { readonly kind: "retryable" }
  | { readonly kind: "overloaded" }
  | { readonly kind: "other" };

/** Constraint messages of SQLite, which name the columns of a unique index or a named CHECK. */
const CONSTRAINTS: readonly (readonly [string, D1ErrorKind])[] = [
  [
    `UNIQUE constraint failed: ${columnList(events.connectorId, events.opId)}`,
    { kind: "duplicateOperation" },
  ],
  [`UNIQUE constraint failed: ${columnList(firstAnswers.hash)}`, { kind: "alreadyAnswered" }],
  [`CHECK constraint failed: ${GUARDS.versionChanged}`, { kind: "versionChanged" }],
  [`CHECK constraint failed: ${GUARDS.credentialGone}`, { kind: "credentialGone" }],
  [`CHECK constraint failed: ${GUARDS.memberOfItself}`, { kind: "membershipCycle" }],
  [`CHECK constraint failed: ${GUARDS.externalIdTaken}`, { kind: "uniqueness", key: "externalId" }],
  [columnList(resources.connectorId, resources.accountId), { kind: "uniqueness", key: "account" }],
  [columnList(resources.type, resources.nameKey), { kind: "uniqueness", key: "name" }],
  [columnList(resources.type, resources.id), { kind: "uniqueness", key: "id" }],
];

/** Columns as SQLite's messages name them. */
function columnList(...columns: readonly Column[]): string {
  return columns.map((column) => `${getTableName(column.table)}.${column.name}`).join(", ");
}

/** Errors that D1's documentation calls transient; the batch may or may not have committed. */
const RETRYABLE: readonly string[] = [
  "Network connection lost",
  "storage caused object to be reset",
  "reset because its code was updated",
  "Cannot resolve D1 DB due to transient issue",
];

/** Errors by which D1 asks for fewer requests, not for the same one again. */
const OVERLOADED: readonly string[] = [
  "D1 DB is overloaded",
  "Requests queued for too long",
  "Too many requests queued",
  "D1 DB exceeded its CPU time limit",
  "D1 DB storage operation exceeded timeout",
  "isolate exceeded its memory limit",
  "database or disk is full",
  "Exceeded maximum DB size",
];

/** D1 met trouble of its own, of which it says no more; looked for last, since other messages begin so too. */
const INTERNAL = /\binternal error\b/i;

/** Reads the meaning out of a D1 error's message, which is never logged: it can hold parameters. */
export function classifyError(error: unknown): D1ErrorKind {
  if (error instanceof Overloaded) return { kind: "overloaded" };
  const message = messageOf(error);
  for (const [text, kind] of CONSTRAINTS) {
    if (message.includes(text)) return kind;
  }
  if (OVERLOADED.some((text) => message.includes(text))) return { kind: "overloaded" };
  if (RETRYABLE.some((text) => message.includes(text))) return { kind: "retryable" };
  return INTERNAL.test(message) ? { kind: "overloaded" } : { kind: "other" };
}

/** The message of an error and of its cause: D1 wraps what SQLite said. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  return error.cause instanceof Error ? `${error.message}\n${error.cause.message}` : error.message;
}

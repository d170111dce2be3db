import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import type { SourceAnswer } from "../http/http.ts";
import { SourceError } from "../source.ts";

/** Reads a list of records out of an answer; throws SourceError ("malformed") for anything else. */
export function readRecords(
  provider: string,
  value: JsonObject | readonly JsonValue[] | JsonValue | undefined,
): readonly JsonObject[] {
  if (isListOfObjects(value)) return value;
  throw new SourceError(
    { kind: "malformed" },
    `${provider} answered without the list that was asked for. Check the bridge's base address.`,
  );
}

/**
 * The record of an answer that find gave; undefined for none. Throws SourceError ("malformed") for a
 * list, which must not pass for a user who is gone.
 */
export function readRecord(
  provider: string,
  answer: SourceAnswer | undefined,
): JsonObject | undefined {
  if (answer === undefined) return undefined;
  if (isJsonObject(answer.body)) return answer.body;
  throw new SourceError(
    { kind: "malformed" },
    `${provider} answered with a list where one record was asked for. Check the bridge's base address.`,
  );
}

/** The id of a record as text, also where it is a number; undefined for none. */
export function readId(record: JsonObject, name: string): string | undefined {
  const id = readMember(record, name);
  return typeof id === "number" && Number.isSafeInteger(id) ? String(id) : readText(record, name);
}

/** The error of a provider whose next page is the page it just gave. */
export function repeatedPage(provider: string): SourceError {
  return new SourceError(
    { kind: "malformed" },
    `${provider} names the same page again as the next one, so that the listing would never end. Report this to the provider.`,
  );
}

/** Reads a member that should be text; undefined for none, for "" and for any other type. */
export function readText(record: JsonObject, name: string): string | undefined {
  const value = readMember(record, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isListOfObjects(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every((each) => isJsonObject(each));
}

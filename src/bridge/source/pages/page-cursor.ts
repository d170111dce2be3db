import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "#scim/json.ts";
import { SourceError } from "../source.ts";
import { cursorExpired } from "./paging.ts";

/** Writes what a source needs for the next page as the text that a run keeps. */
export function writeCursor(cursor: JsonObject): string {
  return JSON.stringify(cursor);
}

/** Reads what writeCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readCursor(provider: string, text: string): JsonObject {
  const cursor = parseOrUndefined(text);
  if (isJsonObject(cursor)) return cursor;
  throw cursorExpired(provider);
}

/** The error of a provider that gives the same records again instead of the next ones. */
export function repeatedRecords(provider: string): SourceError {
  return new SourceError(
    { kind: "malformed" },
    `${provider} gives the same page again instead of the next one, so that users would be missed. Report this to whoever runs it.`,
  );
}

function parseOrUndefined(text: string): JsonValue | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

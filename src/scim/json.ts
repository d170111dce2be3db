/** A JSON value as it was parsed, of which nothing is known yet. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object as it was parsed; read its members with Object.entries, never by a client's name. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** Tells whether a JSON value is an object (not null, not an array). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

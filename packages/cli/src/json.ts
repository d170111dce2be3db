/** A JSON object as it stands in a file or an answer. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

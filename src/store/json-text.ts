declare const written: unique symbol;

/** JSON in a column of text, and what this program writes there. */
export type JsonText<Value> = string & { readonly [written]: Value };

/** A value as a column of JSON holds it. */
export function jsonText<Value>(value: Value): JsonText<Value> {
  return JSON.stringify(value) as JsonText<Value>;
}

/** Reads what jsonText wrote; a former version of this program may have written less. */
export function parseStored<Value>(text: JsonText<Value>): Value {
  return JSON.parse(text) as Value;
}

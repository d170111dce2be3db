import type { SourceTools } from "./source.ts";

/** A list of names, parted by commas, with those that the bridge's own mapping reads besides. */
export function fieldsWith(
  fields: string,
  { extraProperties = [] }: Pick<SourceTools, "extraProperties">,
): string {
  const known = new Set(fields.split(",").map((name) => name.toLowerCase()));
  const extra = extraProperties.filter((name) => !known.has(name.toLowerCase()));
  return [fields, ...extra].join(",");
}

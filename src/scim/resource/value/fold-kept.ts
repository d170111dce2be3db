import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { foldText } from "#scim/text.ts";
import { isUnassigned } from "./forms.ts";

/** What a folded document has of an undeclared attribute: objects whose members are lists of folded text. */
export function foldKept(value: JsonValue): readonly JsonObject[] {
  return listOf(value).flatMap((element) => {
    if (!isJsonObject(element)) {
      const folded = foldLeaf(element);
      return folded === undefined ? [] : [{ value: [folded] }];
    }
    const members = Object.entries(element).flatMap(([name, member]): [string, JsonValue][] => {
      const folded = listOf(member)
        .map(foldLeaf)
        .filter((each) => each !== undefined);
      return folded.length === 0 ? [] : [[name.toLowerCase(), folded]];
    });
    return members.length === 0 ? [] : [Object.fromEntries(members)];
  });
}

/** All compare as text: nobody said which type they have. What is nested deeper is there, and no more. */
function foldLeaf(value: JsonValue): string | undefined {
  if (isUnassigned(value)) return undefined;
  if (typeof value === "string") return foldText(value);
  return foldText(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [value];
}

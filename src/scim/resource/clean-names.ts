import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import { isJsonObject, readMember } from "#scim/json.ts";
import { documentOf, type ResourceRecord, type TypeName } from "#scim/ports.ts";
import type { Document } from "./resource.ts";

/**
 * Refuses a document whose userName, externalId, e-mail values or group displayName hold what nobody
 * sees, so that two of them would look alike: invalidValue. What stood there
 * before, in `before`, may stay: a row from the time before the rule can still be changed otherwise.
 */
export function requireCleanNames(
  { name }: Pick<ResourceType, "name">,
  document: Document,
  before: ResourceRecord | undefined,
): void {
  const error = uncleanName({ name }, document, before);
  if (error !== undefined) throw error;
}

/** The refusal that requireCleanNames would throw; undefined where all names are clean. */
export function uncleanName(
  { name }: Pick<ResourceType, "name">,
  document: Document,
  before: ResourceRecord | undefined,
): ScimError | undefined {
  for (const { attribute, location, text, kept } of namesIn(name, document)) {
    const flaw = flawIn(attribute, text);
    if (flaw === undefined) continue;
    if (before !== undefined && kept(documentOf(before)).includes(text)) continue;
    return ScimError.invalidValue(
      `"${location}" must not hold ${flaw.what} (${flaw.character}, character ${flaw.place}). Send it without.`,
    );
  }
  return undefined;
}

/** An attribute of those whose values name a resource, or lead to its owner. */
type NamingAttribute = "userName" | "externalId" | "displayName" | "emails";

interface NamingValue {
  readonly attribute: NamingAttribute;
  readonly location: string;
  readonly text: string;
  /** The values that the attribute has in another document. */
  readonly kept: (document: Document) => readonly JsonValue[];
}

function namesIn(type: TypeName, document: Document): readonly NamingValue[] {
  const names: readonly NamingAttribute[] =
    type === "User" ? ["userName", "externalId"] : ["displayName", "externalId"];
  const single = names.flatMap((attribute): NamingValue[] => {
    const text = readMember(document, attribute);
    const kept = (other: Document) => [readMember(other, attribute) ?? null];
    return typeof text === "string" ? [{ attribute, location: attribute, text, kept }] : [];
  });
  if (type !== "User") return single;
  const emails = emailsIn(document).flatMap((text, index): NamingValue[] => {
    const location = `emails[${index}].value`;
    return typeof text === "string"
      ? [{ attribute: "emails", location, text, kept: emailsIn }]
      : [];
  });
  return [...single, ...emails];
}

function emailsIn(document: Document): readonly JsonValue[] {
  const emails = readMember(document, "emails");
  if (!Array.isArray(emails)) return [];
  const elements: readonly JsonValue[] = emails;
  return elements.map((each) => (isJsonObject(each) ? (readMember(each, "value") ?? null) : null));
}

/** What is wrong with a name: the kind of a character, the character itself, and its place from 1 on. */
interface Flaw {
  readonly what: string;
  readonly character: string;
  readonly place: number;
}

/** One pass over the text, and that only where it may hold such a character at all. */
function flawIn(attribute: NamingAttribute, text: string): Flaw | undefined {
  if (!SUSPECT.test(text)) return undefined;
  const keepsJoiners = attribute === "externalId" || attribute === "displayName";
  const characters = [...text];
  const joined = keepsJoiners ? joinersBetweenLetters(characters) : NONE;
  for (const [at, character] of characters.entries()) {
    const isEnd = at === 0 || at === characters.length - 1;
    const what = joined.has(at) ? undefined : kindOf(character, isEnd);
    if (what !== undefined) return { what, character: codePointName(character), place: at + 1 };
  }
  return undefined;
}

const NONE: ReadonlySet<number> = new Set();

/** By Unicode property, not by a list of characters: what later versions of Unicode add is meant as well. */
const SUSPECT =
  /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]|^\p{White_Space}|\p{White_Space}$/u;

function kindOf(character: string, isEnd: boolean): string | undefined {
  if (/\p{Cc}/u.test(character)) return "a control character";
  if (/\p{Bidi_Control}/u.test(character)) return "a bidirectional control";
  if (/\p{Default_Ignorable_Code_Point}/u.test(character)) return "an invisible character";
  if (isEnd && /\p{White_Space}/u.test(character)) return "a blank at either end";
  return undefined;
}

/** Where a joiner stands between letters, each of them with its combining marks: scripts such as Persian's need it. */
function joinersBetweenLetters(characters: readonly string[]): ReadonlySet<number> {
  const joined = new Set<number>();
  let isAfterLetter = false;
  let open: number | undefined;
  for (const [at, character] of characters.entries()) {
    if (JOINERS.has(character)) {
      open = isAfterLetter ? at : undefined;
      isAfterLetter = false;
    } else if (/\p{L}/u.test(character)) {
      if (open !== undefined) joined.add(open);
      open = undefined;
      isAfterLetter = true;
    } else if (!isVisibleMark(character)) {
      open = undefined;
      isAfterLetter = false;
    }
  }
  return joined;
}

const JOINERS: ReadonlySet<string> = new Set(["\u200c", "\u200d"]);

function isVisibleMark(character: string): boolean {
  return /\p{M}/u.test(character) && !/\p{Default_Ignorable_Code_Point}/u.test(character);
}

function codePointName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

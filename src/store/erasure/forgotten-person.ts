import { exists, gt, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { jsonEach } from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";

/** Who is erased: the user's id, and by what else texts may name the person. */
export interface ForgottenPerson {
  readonly userId: string;
  /** userNames, externalIds and e-mail addresses, as they were sent. */
  readonly names: readonly string[];
}

/** How the names of a person may stand in a text that SQLite's lower() was made of. */
export function namesIn({ names }: Pick<ForgottenPerson, "names">): readonly string[] {
  const found = names.flatMap((name) => (isUnmistakable(name) ? spellingsOf(name) : quoted(name)));
  return [...new Set(found.map(lowerAscii))];
}

/** The names alone, as a column that holds nothing else may have them. */
export function bareNames({ names }: Pick<ForgottenPerson, "names">): readonly string[] {
  return [...new Set(names.flatMap((name) => [name, name.toLowerCase()]).map(lowerAscii))];
}

/** A userName such as "users" stands in every path, so that it has to stand in quotes to be a name. */
function isUnmistakable(name: string): boolean {
  return name.length >= 8 && /[@\d]/.test(name);
}

/** In the quotes of a value, also where that text is a value itself, or a URL's. */
function quoted(name: string): readonly string[] {
  return spellingsOf(name).flatMap((text) => [
    `"${text}"`,
    `\\"${text}\\"`,
    `%22${text}%22`,
    `/users/${text}`,
  ]);
}

/** The same, and the id. */
export function mentionsOf(person: ForgottenPerson): readonly string[] {
  return [person.userId, ...namesIn(person)];
}

/** As it is, as JSON writes it, with and without escapes, and as a URL does; in capitals, small letters, or as sent. */
function spellingsOf(name: string): readonly string[] {
  return [name, name.toLowerCase(), name.toUpperCase()].flatMap((text) => {
    const json = JSON.stringify(text).slice(1, -1);
    const url = encodeURIComponent(text);
    const escaped = json.replace(/[^ -~]/g, escapeOf);
    return [text, json, escaped, url, url.replaceAll("%20", "+"), url.replaceAll("%40", "@")];
  });
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** SQLite's lower() knows no other letters. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whether a text holds one of a JSON list of mentions; false for null. */
export function isMentioned(text: SQLWrapper, mentions: SQLWrapper): SQL {
  const each = jsonEach<string>(sql`${mentions}`, "mention");
  const lower = sql<string>`lower(${text})`;
  return exists(
    build
      .select(named({ one: literal(1) }))
      .from(each.table)
      .where(gt(sql`instr(${lower}, ${each.value})`, 0)),
  );
}

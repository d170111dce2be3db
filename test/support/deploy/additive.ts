/** A migration as its file has it: its name, and its statements in order. */
export interface Migration {
  readonly name: string;
  readonly queries: readonly string[];
}

/**
 * The statements of migrations that do more than add, with the file of each: while such a one is applied,
 * the Worker of the former version, which still runs, could fail or lose something. A file is applied as a
 * whole: it may put another index or trigger in the place of one, as long as nothing is unique that was not, and
 * fill the columns that it adds.
 */
export function notAdditive(migrations: readonly Migration[]): readonly string[] {
  const former = new Set<string>();
  return migrations.flatMap(({ name, queries }) => {
    const statements = queries.map(bare).filter((text) => text !== "");
    const added = new Set(
      statements.flatMap((text) => ADD_COLUMN.exec(text)?.groups?.column ?? []),
    );
    const made = new Set(statements.flatMap((text) => CREATED.exec(text)?.groups?.table ?? []));
    const found = statements.filter((text) => {
      const dropped = DROPPED.exec(text)?.groups?.table;
      return !(dropped !== undefined && made.has(dropped)) && !isAdditive(text, former, added);
    });
    for (const text of statements) {
      const table = CREATE_TABLE.exec(text)?.groups?.table;
      if (table !== undefined) former.add(table);
    }
    return found.map((text) => `${name}: ${text}`);
  });
}

const NAME = '[`"]?(?<table>\\w+)[`"]?';
const CREATE_TABLE = new RegExp(`^CREATE TABLE ${NAME} ?\\(`, "i");
const CREATE_INDEX = new RegExp(`^CREATE (?<unique>UNIQUE )?INDEX \\S+ ON ${NAME} ?\\(`, "i");
const CREATE_TRIGGER = /^CREATE TRIGGER /i;
const ADD_COLUMN = new RegExp(`^ALTER TABLE ${NAME} ADD (COLUMN )?[\`"]?(?<column>\\w+)`, "i");
const ONLY_WHERE_SET = / WHERE [`"]?(?<column>\w+)[`"]? IS NOT NULL;?$/i;
/** Columns that are set from what a query finds. */
const FILL = /^UPDATE \w+ SET (?<set>\w+ = \w+\.\w+(, \w+ = \w+\.\w+)*) FROM /i;
const CREATED = new RegExp(`^CREATE (UNIQUE )?(INDEX|TRIGGER) ${NAME}`, "i");
const DROPPED = new RegExp(`^DROP (INDEX|TRIGGER) ${NAME}$`, "i");

/**
 * `former` are the tables that an earlier migration made: the former version knows them. `added` are the
 * columns of this migration, which it never sets.
 */
function isAdditive(
  text: string,
  former: ReadonlySet<string>,
  added: ReadonlySet<string>,
): boolean {
  if (CREATE_TABLE.test(text) || CREATE_TRIGGER.test(text)) return true;
  const filled = FILL.exec(text)?.groups?.set;
  if (filled !== undefined) {
    return filled.split(",").every((each) => added.has(each.split("=", 1)[0]?.trim() ?? ""));
  }
  const index = CREATE_INDEX.exec(text)?.groups;
  // What is unique from now on, the former version may still write twice.
  if (index !== undefined) {
    const isOfNewColumn = added.has(ONLY_WHERE_SET.exec(text)?.groups?.column ?? "");
    return index.unique === undefined || !former.has(index.table ?? "") || isOfNewColumn;
  }
  if (!ADD_COLUMN.test(text)) return false;
  // The former version gives the column no value.
  return !/\bNOT NULL\b/i.test(text) || /\bDEFAULT\b/i.test(text);
}

/** A statement without its comments, in one line. */
function bare(text: string): string {
  return text
    .replaceAll(/--[^\n]*/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** A place in a record, as an administrator writes it: `name.part`, `list[type].part`, `urn:…:name.part`. */
export interface Place {
  /** The URN before the name; undefined where there is none. */
  readonly urn: string | undefined;
  /** The names along the way: at least one. */
  readonly names: readonly [string, ...string[]];
  /** Which value of the list that the first name is: its type, or its name where values have names. */
  readonly chosen: string | undefined;
}

const NAME = /^[A-Za-z_][\w$-]{0,127}$/;

/** How many names a place may have. */
const NAMES_MAX = 4;

/** Reads a place; undefined for a text that is none. RFC 7644's `list[type eq "work"]` is `list[work]`. */
export function parsePlace(text: string): Place | undefined {
  const { urn, path } = splitUrn(text);
  const { head, chosen, rest } = splitBrackets(path);
  if (chosen === "") return undefined;
  const [first = "", ...others] = rest === undefined ? head.split(".") : [head, ...rest];
  const isSound = others.length < NAMES_MAX && [first, ...others].every((each) => NAME.test(each));
  return isSound ? { urn, names: [first, ...others], chosen } : undefined;
}

function splitUrn(text: string): { readonly urn: string | undefined; readonly path: string } {
  const bracket = text.indexOf("[");
  const end = (bracket === -1 ? text : text.slice(0, bracket)).lastIndexOf(":");
  const isUrn = text.slice(0, 4).toLowerCase() === "urn:" && end > 3;
  return isUrn
    ? { urn: text.slice(0, end), path: text.slice(end + 1) }
    : { urn: undefined, path: text };
}

interface Brackets {
  readonly head: string;
  /** Undefined where there are no brackets, "" where they make no sense. */
  readonly chosen: string | undefined;
  readonly rest: readonly string[] | undefined;
}

function splitBrackets(path: string): Brackets {
  const open = path.indexOf("[");
  if (open === -1) return { head: path, chosen: undefined, rest: undefined };
  const close = path.indexOf("]", open);
  const after = path.slice(close + 1);
  const isSound = close > open && (after === "" || after.startsWith("."));
  return {
    head: path.slice(0, open),
    chosen: isSound ? chosenIn(path.slice(open + 1, close)) : "",
    rest: after === "" ? [] : after.slice(1).split("."),
  };
}

const FILTER = /^type eq "([^"]*)"$/i;
const CHOSEN = /^[^"[\]\p{Cc}]{1,100}$/u;

function chosenIn(text: string): string {
  const chosen = FILTER.exec(text)?.[1] ?? text;
  return CHOSEN.test(chosen) ? chosen : "";
}

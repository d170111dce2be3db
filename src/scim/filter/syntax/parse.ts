import { ScimError } from "#scim/error.ts";
import type { AttributePath, CompareOperator, CompareValue, Filter } from "./ast.ts";
import { isAttributeName, parseAttributePath, parseDottedUrn } from "./attribute-path.ts";
import type { FilterToken } from "./tokens.ts";
import { TokenReader } from "./tokens.ts";

/** The longest filter in the query of a GET. */
export const FILTER_BYTES_MAX = 2048;

/** The longest filter in the body of a `.search`. */
export const SEARCH_FILTER_BYTES_MAX = 8192;

/** The deepest nesting of parentheses and brackets; SQLite's expression depth ends at 100. */
const FILTER_DEPTH_MAX = 20;

/** The most comparisons in one filter; each is one SQL term with its own parameters. */
const FILTER_TERMS_MAX = 50;

/** How much of a filter is read: FILTER_BYTES_MAX unless the caller says otherwise. */
export interface ParseFilterOptions {
  readonly bytesMax?: number;
  /** Called for every token read, so that a test can bound the work. */
  readonly onStep?: () => void;
}

/** Parses a filter of RFC 7644 §3.4.2.2; anything but a filter within the limits is invalidFilter. */
export function parseFilter(text: string, options: ParseFilterOptions = {}): Filter {
  const bytesMax = options.bytesMax ?? FILTER_BYTES_MAX;
  if (isLongerThan(text, bytesMax)) {
    throw ScimError.invalidFilter(`The filter is longer than ${bytesMax} bytes.`);
  }
  const tokens = new TokenReader(text, ScimError.invalidFilter, options.onStep);
  const filter = new FilterParser(tokens).parseFilter();
  tokens.expect("end");
  return filter;
}

/** Parses the filter between the brackets of a valuePath, both brackets included. */
export function parseBrackets(tokens: TokenReader): Filter {
  return new FilterParser(tokens).parseBrackets();
}

/** Whether the UTF-8 form of a text is longer than a limit. */
export function isLongerThan(text: string, bytesMax: number): boolean {
  return text.length > bytesMax || new TextEncoder().encode(text).length > bytesMax;
}

type Comparison = Extract<Filter, { readonly kind: "compare" | "present" }>;

const OPERATORS: ReadonlyMap<string, CompareOperator> = new Map(
  (["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const).map((name) => [name, name]),
);

/** Recursive descent over RFC 7644 Figure 1; `or` binds weakest, then `and`, then `not`. */
class FilterParser {
  readonly #tokens: TokenReader;
  #depth = 0;
  #terms = 0;
  #isInBrackets = false;

  constructor(tokens: TokenReader) {
    this.#tokens = tokens;
  }

  parseFilter(): Filter {
    return this.#parseChain("or", () => this.#parseChain("and", () => this.#parseFactor()));
  }

  parseBrackets(): Filter {
    if (this.#isInBrackets) throw this.#tokens.expected("no second pair of brackets");
    this.#isInBrackets = true;
    const filter = this.#parseNested("[", "]");
    this.#isInBrackets = false;
    return filter;
  }

  #parseChain(kind: "and" | "or", parseOperand: () => Filter): Filter {
    const first = parseOperand();
    const filters = [first];
    while (this.#takeWord(kind)) filters.push(parseOperand());
    return filters.length === 1 ? first : { kind, filters };
  }

  #parseFactor(): Filter {
    if (this.#takeWord("not")) return { kind: "not", filter: this.#parseNested("(", ")") };
    return this.#tokens.next.kind === "(" ? this.#parseNested("(", ")") : this.#parseTerm();
  }

  #parseNested(open: "(" | "[", close: ")" | "]"): Filter {
    if (this.#depth === FILTER_DEPTH_MAX) {
      throw this.#tokens.refused(`A filter may be nested ${FILTER_DEPTH_MAX} levels deep.`);
    }
    this.#depth += 1;
    this.#tokens.expect(open);
    const filter = this.parseFilter();
    this.#tokens.expect(close);
    this.#depth -= 1;
    return filter;
  }

  #parseTerm(): Filter {
    const path = this.#parsePath();
    if (this.#tokens.next.kind !== "[") return this.#parseComparison(path);
    const inner = this.parseBrackets();
    const subAttribute = takeSubAttribute(this.#tokens);
    if (subAttribute === undefined) return { kind: "some", path, filter: inner };
    return withSubAttribute(path, inner, this.#parseComparison({ attribute: subAttribute }));
  }

  #parsePath(): AttributePath {
    const token = this.#tokens.next;
    const path =
      token.kind === "word"
        ? (parseAttributePath(token.text) ?? parseDottedUrn(token.text))
        : undefined;
    if (path === undefined) throw this.#tokens.expected("an attribute name");
    this.#tokens.take();
    return path;
  }

  #parseComparison(path: AttributePath): Comparison {
    this.#countTerm();
    if (this.#takeWord("pr")) return { kind: "present", path };
    const token = this.#tokens.next;
    const operator = token.kind === "word" ? OPERATORS.get(token.text.toLowerCase()) : undefined;
    if (operator === undefined) {
      throw this.#tokens.expected("an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)");
    }
    this.#tokens.take();
    return { kind: "compare", path, operator, value: this.#parseValue() };
  }

  #parseValue(): CompareValue {
    const token = this.#tokens.next;
    const value =
      token.kind === "string" || token.kind === "number" ? token.value : keywordValue(token);
    if (value === undefined) {
      throw this.#tokens.expected("a quoted string, a number, true, false or null");
    }
    this.#tokens.take();
    return value;
  }

  #countTerm(): void {
    this.#terms += 1;
    if (this.#terms > FILTER_TERMS_MAX) {
      throw this.#tokens.refused(`A filter may have ${FILTER_TERMS_MAX} comparisons.`);
    }
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens.next;
    if (token.kind !== "word" || token.text.toLowerCase() !== word) return false;
    this.#tokens.take();
    return true;
  }
}

/** Takes the `.value` after the brackets of a valuePath; undefined when there is none. */
export function takeSubAttribute(tokens: TokenReader): string | undefined {
  const token = tokens.next;
  if (token.kind !== "word" || !token.text.startsWith(".")) return undefined;
  const name = token.text.slice(1);
  if (!isAttributeName(name)) throw tokens.expected("a sub-attribute");
  tokens.take();
  return name;
}

function keywordValue(token: FilterToken): boolean | null | undefined {
  switch (token.kind === "word" ? token.text.toLowerCase() : undefined) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
      return null;
    default:
      return undefined;
  }
}

/**
 * Rewrites `emails[type eq "work"].value eq "x"`, which Entra sends, to the standard
 * `emails[type eq "work" and value eq "x"]`. `ne` and `eq null` deny the whole.
 */
function withSubAttribute(path: AttributePath, inner: Filter, comparison: Comparison): Filter {
  const some = (last: Filter): Filter => ({
    kind: "some",
    path,
    filter: { kind: "and", filters: [...(inner.kind === "and" ? inner.filters : [inner]), last] },
  });
  if (comparison.kind === "present") return some(comparison);
  const { operator, value } = comparison;
  if (operator !== "eq" && operator !== "ne") return some(comparison);
  const equal: Filter =
    value === null ? { kind: "present", path: comparison.path } : { ...comparison, operator: "eq" };
  const isDenied = (operator === "ne") !== (value === null);
  return isDenied ? { kind: "not", filter: some(equal) } : some(equal);
}

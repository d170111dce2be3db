import type { ScimError } from "#scim/error.ts";
import type { Literal } from "./literals.ts";
import { isDigit, readNumber, readString } from "./literals.ts";

/** A token of the filter grammar (RFC 7644 Figure 1), with its place in the text. */
export type FilterToken =
  | (Span & { readonly kind: "word"; readonly text: string })
  | (Span & { readonly kind: "string"; readonly value: string })
  | (Span & { readonly kind: "number"; readonly value: number })
  | (Span & { readonly kind: "(" | ")" | "[" | "]" | "end" });

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Which error a malformed text is: invalidFilter in a filter, invalidPath in a PATCH path. */
export type MakeError = (detail: string) => ScimError;

/** Reads tokens one at a time, so that a parser that stops at a limit never reads the rest. */
export class TokenReader {
  readonly #text: string;
  readonly #makeError: MakeError;
  readonly #onStep: () => void;
  #next: FilterToken;

  constructor(text: string, makeError: MakeError, onStep: () => void = () => {}) {
    this.#text = text;
    this.#makeError = makeError;
    this.#onStep = onStep;
    this.#next = this.#read(0);
  }

  /** The next token, still to be taken. */
  get next(): FilterToken {
    return this.#next;
  }

  /** Takes the next token. */
  take(): FilterToken {
    const token = this.#next;
    this.#next = this.#read(token.end);
    return token;
  }

  /** Takes the next token if it is this bracket, and fails otherwise. */
  expect(kind: "(" | ")" | "[" | "]" | "end"): void {
    if (this.#next.kind !== kind) {
      throw this.expected(kind === "end" ? "the end of the text" : `"${kind}"`);
    }
    if (kind !== "end") this.take();
  }

  /** The error for a text that goes on with something else than the grammar wants. */
  expected(what: string): ScimError {
    const { start } = this.#next;
    return this.#makeError(
      `Expected ${what} at character ${start + 1}, found ${describe(this.#next)}.`,
    );
  }

  /** The error for a text that is well-formed up to a limit. */
  refused(why: string): ScimError {
    return this.#makeError(why);
  }

  #read(from: number): FilterToken {
    this.#onStep();
    const start = skipBlanks(this.#text, from);
    const character = this.#text.charAt(start);
    switch (character) {
      case "":
        return { kind: "end", start, end: start };
      case "(":
      case ")":
      case "[":
      case "]":
        return { kind: character, start, end: start + 1 };
      case '"':
        return { kind: "string", start, ...this.#literal(readString(this.#text, start)) };
      default:
        return this.#readWordOrNumber(start, character);
    }
  }

  #readWordOrNumber(start: number, character: string): FilterToken {
    const wordEnd = skipWord(this.#text, start);
    if (isDigit(character) || character === "-") {
      const number = this.#literal(readNumber(this.#text, start));
      if (number.end >= wordEnd) return { kind: "number", start, ...number };
      throw this.#malformed("an invalid number", start);
    }
    if (wordEnd === start) throw this.#malformed("an unexpected character", start);
    return { kind: "word", start, end: wordEnd, text: this.#text.slice(start, wordEnd) };
  }

  #literal<Value>(literal: Literal<Value>): { readonly value: Value; readonly end: number } {
    if ("problem" in literal) throw this.#malformed(literal.problem, literal.at);
    return literal;
  }

  #malformed(problem: string, at: number): ScimError {
    return this.#makeError(`Character ${at + 1} is or begins ${problem}.`);
  }
}

/** Error details go into answers and logs: of a long token they show the beginning. */
const SHOWN_CHARACTERS_MAX = 40;

function describe(token: FilterToken): string {
  switch (token.kind) {
    case "end":
      return "the end of the text";
    case "word":
      return `"${token.text.slice(0, SHOWN_CHARACTERS_MAX)}"`;
    case "string":
      return "a quoted string";
    case "number":
      return "a number";
    case "(":
    case ")":
    case "[":
    case "]":
      return `"${token.kind}"`;
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text.charAt(at))) at += 1;
  return at;
}

function isBlank(character: string): boolean {
  return character === " " || character === "\t" || character === "\n" || character === "\r";
}

function skipWord(text: string, from: number): number {
  let at = from;
  while (isWordCharacter(text.charAt(at))) at += 1;
  return at;
}

/** The characters of attribute names, and the colons and dots of URNs and attribute paths. */
function isWordCharacter(character: string): boolean {
  return isNameCharacter(character) || character === "." || character === ":";
}

/** Whether a character may stand in an attribute name (RFC 7643 §2.1; `$` for `$ref`, `_` for custom names). */
export function isNameCharacter(character: string): boolean {
  return (
    isDigit(character) ||
    isLetter(character) ||
    character === "-" ||
    character === "_" ||
    character === "$"
  );
}

/** Whether a character is an ASCII letter. */
export function isLetter(character: string): boolean {
  return (character >= "a" && character <= "z") || (character >= "A" && character <= "Z");
}

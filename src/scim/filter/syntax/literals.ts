/** A literal read from a text, and the position after it; or what is wrong with it, and where. */
export type Literal<Value> =
  | { readonly value: Value; readonly end: number }
  | { readonly problem: string; readonly at: number };

/** Reads the JSON string (RFC 8259 §7) whose opening quote stands at `start`. */
export function readString(text: string, start: number): Literal<string> {
  const parts: string[] = [];
  let at = start + 1;
  let copied = at;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') {
      parts.push(text.slice(copied, at));
      return finishString(parts.join(""), start, at + 1);
    }
    if (character < " ") return { problem: "an unescaped control character", at };
    if (character === "\\") {
      const escaped = readEscape(text, at);
      if (escaped === undefined) return { problem: "an invalid escape", at };
      parts.push(text.slice(copied, at), escaped);
      at += text.charAt(at + 1) === "u" ? 6 : 2;
      copied = at;
    } else {
      at += 1;
    }
  }
  return { problem: "a string that is never closed", at: start };
}

/** Reads the JSON number (RFC 8259 §6) that begins at `start`. */
export function readNumber(text: string, start: number): Literal<number> {
  const problem = { problem: "an invalid number", at: start } as const;
  const integer = text.charAt(start) === "-" ? start + 1 : start;
  let end = skipDigits(text, integer);
  if (end === integer) return problem;
  if (text.charAt(integer) === "0" && end > integer + 1) return problem;
  if (text.charAt(end) === ".") {
    const fraction = end + 1;
    end = skipDigits(text, fraction);
    if (end === fraction) return problem;
  }
  if (text.charAt(end) === "e" || text.charAt(end) === "E") {
    const sign = text.charAt(end + 1);
    const exponent = sign === "+" || sign === "-" ? end + 2 : end + 1;
    end = skipDigits(text, exponent);
    if (end === exponent) return problem;
  }
  const value = Number(text.slice(start, end));
  return Number.isFinite(value) ? { value, end } : problem;
}

/** Whether a character is an ASCII digit. */
export function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

function finishString(value: string, start: number, end: number): Literal<string> {
  return value.isWellFormed()
    ? { value, end }
    : { problem: "a string with half a surrogate pair", at: start };
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

function readEscape(text: string, at: number): string | undefined {
  const letter = text.charAt(at + 1);
  return letter === "u" ? readHex(text.slice(at + 2, at + 6)) : ESCAPES.get(letter);
}

function readHex(digits: string): string | undefined {
  const isHex = digits.length === 4 && [...digits.toLowerCase()].every(isHexDigit);
  return isHex ? String.fromCharCode(Number.parseInt(digits, 16)) : undefined;
}

function isHexDigit(character: string): boolean {
  return isDigit(character) || (character >= "a" && character <= "f");
}

function skipDigits(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charAt(at))) at += 1;
  return at;
}

/** A part of a regular expression, as far as those of this repository go. */
type Node =
  | { readonly kind: "set"; readonly source: string; readonly isLiteral: boolean }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Node[] }
  | {
      readonly kind: "repeat";
      readonly part: Node;
      readonly min: number;
      readonly max: number;
      readonly isLazy: boolean;
    }
  | { readonly kind: "edge"; readonly source: string }
  | {
      readonly kind: "look";
      readonly part: Node;
      readonly isBehind: boolean;
      readonly isDenied: boolean;
    };

type Instruction =
  | { readonly op: "set"; readonly matches: (character: string) => boolean; readonly step: 1 | -1 }
  | { readonly op: "split"; readonly first: number; readonly second: number }
  | { readonly op: "jump"; readonly to: number }
  | { readonly op: "edge"; readonly source: string }
  | { readonly op: "look"; readonly program: readonly Instruction[]; readonly isDenied: boolean };

/** What a search came to: where the first match begins, and how many steps backtracking took in all. */
export interface Search {
  readonly at: number;
  readonly steps: number;
}

/** Searches as a backtracking engine does, one step at a time, so that work is counted and not timed. */
export function stepSearcher({
  source,
  flags,
}: RegExp): (text: string, stepsMax: number) => Search {
  const program = compile(parse(source, flags), flags);
  const isUnicode = /[uv]/.test(flags);
  return (text, stepsMax) => {
    const characters = isUnicode ? [...text] : text.split("");
    let steps = 0;
    let first = -1;
    for (let start = 0; start <= characters.length; ) {
      const end = run(program, start);
      if (end !== undefined && first === -1) first = characters.slice(0, start).join("").length;
      if (end !== undefined && !flags.includes("g")) break;
      if (flags.includes("y")) break;
      start = end === undefined || end === start ? start + 1 : end;
    }
    return { at: first, steps };

    function run(instructions: readonly Instruction[], start: number): number | undefined {
      const stack: number[] = [0, start];
      while (stack.length > 0) {
        let at = stack.pop() ?? 0;
        let counter = stack.pop() ?? 0;
        for (;;) {
          steps += 1;
          if (steps > stepsMax) throw new RangeError("too many steps");
          const instruction = instructions[counter];
          if (instruction === undefined) return at;
          if (instruction.op === "jump") counter = instruction.to;
          else if (instruction.op === "split") {
            stack.push(instruction.second, at);
            counter = instruction.first;
          } else if (instruction.op === "set") {
            const character = characters[instruction.step === 1 ? at : at - 1];
            if (character === undefined || !instruction.matches(character)) break;
            at += instruction.step;
            counter += 1;
          } else {
            const holds =
              instruction.op === "edge"
                ? isEdge(instruction.source, characters, at)
                : (run(instruction.program, at) !== undefined) !== instruction.isDenied;
            if (!holds) break;
            counter += 1;
          }
        }
      }
      return undefined;
    }
  };
}

function isEdge(source: string, characters: readonly string[], at: number): boolean {
  if (source === "^") return at === 0;
  if (source === "$") return at === characters.length;
  const isWord = (character: string | undefined) => character !== undefined && /\w/.test(character);
  return (isWord(characters[at - 1]) !== isWord(characters[at])) === (source === "\\b");
}

/** Texts that make a backtracking engine work: what the pattern wants, again and again, and never all of it. */
export function attacksOn({ source, flags }: RegExp): readonly Attack[] {
  const attacks = new Map<string, Attack>();
  const note = (prefix: string, unit: string) => {
    if (unit === "") return;
    for (const spoiler of ["", "\u0001!"]) {
      attacks.set(JSON.stringify([prefix, unit, spoiler]), { prefix, unit, spoiler });
    }
  };
  for (const pieces of pathsOf(parse(source, flags), flags).slice(0, 12)) {
    const units = [...new Set([...pieces, ...pieces.map((piece) => piece.slice(0, 1))])];
    for (const [start] of pieces.entries()) {
      const prefix = pieces.slice(0, start + 1).join("");
      note("", prefix);
      for (const unit of units) note(prefix, unit);
      for (let end = start + 1; end <= Math.min(pieces.length, start + 5); end += 1) {
        note("", pieces.slice(start, end).join(""));
        // What a prefix opened and never closes.
        if (end <= start + 3)
          note(pieces.slice(0, start).join(""), pieces.slice(start, end).join(""));
      }
    }
  }
  return [...attacks.values()];
}

/** A prefix, then a unit over and over, then what spoils the match. */
export interface Attack {
  readonly prefix: string;
  readonly unit: string;
  readonly spoiler: string;
}

/** The text of an attack in a length. */
export function attackText({ prefix, unit, spoiler }: Attack, length: number): string {
  const rest = Math.max(length - prefix.length - spoiler.length, 0);
  return `${prefix}${unit.repeat(Math.ceil(rest / unit.length)).slice(0, rest)}${spoiler}`;
}

/** Characters of which some fit into every class that this repository has. */
const SAMPLES = [..."a0 \"'=:;,./@%<>[](){}\\+-_eusgwpA1fB\t\n\u0001~é\u200bＡ\u202e|?&"];

/** The samples of a pattern's pieces in their order, once for each alternative. */
function pathsOf(node: Node, flags: string): readonly (readonly string[])[] {
  switch (node.kind) {
    case "set": {
      const matches = setMatcher(node.source, flags);
      const fitting = SAMPLES.filter(matches).slice(0, 2);
      return (node.isLiteral ? [node.source.replace(/^\\/, "")] : fitting).map((each) => [each]);
    }
    case "repeat":
      return pathsOf(node.part, flags);
    case "edge":
    case "look":
      return [[]];
    case "choice":
      return node.parts.flatMap((part) => pathsOf(part, flags));
    case "sequence": {
      let paths: readonly (readonly string[])[] = [[]];
      for (const part of node.parts) {
        const next = pathsOf(part, flags);
        const [head = []] = paths;
        const others = paths.slice(1).map((path) => [...path, ...(next[0] ?? [])]);
        paths = [...next.map((each) => [...head, ...each]), ...others].slice(0, 12);
      }
      return paths.map(mergeLetters);
    }
  }
}

/** `client_secret` is one piece and not thirteen. */
function mergeLetters(path: readonly string[]): readonly string[] {
  const merged: string[] = [];
  for (const piece of path) {
    const last = merged.at(-1);
    if (last !== undefined && /^\w+$/.test(last + piece)) merged[merged.length - 1] = last + piece;
    else merged.push(piece);
  }
  return merged;
}

function compile(node: Node, flags: string, isBackward = false): Instruction[] {
  const program: Instruction[] = [];
  emit(node);
  return program;

  function emit(each: Node): void {
    switch (each.kind) {
      case "set":
        program.push({
          op: "set",
          matches: setMatcher(each.source, flags),
          step: isBackward ? -1 : 1,
        });
        return;
      case "edge":
        program.push({ op: "edge", source: each.source });
        return;
      case "look":
        program.push({
          op: "look",
          program: compile(each.part, flags, each.isBehind),
          isDenied: each.isDenied,
        });
        return;
      case "sequence":
        for (const part of isBackward ? each.parts.toReversed() : each.parts) emit(part);
        return;
      case "choice":
        emitChoice(each.parts);
        return;
      case "repeat":
        emitRepeat(each);
    }
  }

  function emitChoice(parts: readonly Node[]): void {
    const ends: number[] = [];
    for (const [index, part] of parts.entries()) {
      const split = index < parts.length - 1 ? reserve() : undefined;
      emit(part);
      if (split === undefined) continue;
      ends.push(reserve());
      program[split] = { op: "split", first: split + 1, second: program.length };
    }
    for (const end of ends) program[end] = { op: "jump", to: program.length };
  }

  function emitRepeat({ part, min, max, isLazy }: Extract<Node, { kind: "repeat" }>): void {
    if (max === Number.POSITIVE_INFINITY && isNullable(part)) {
      throw new Error("A loop over nothing is not counted here.");
    }
    for (let times = 0; times < min; times += 1) emit(part);
    const optional = max === Number.POSITIVE_INFINITY ? 1 : max - min;
    const splits: number[] = [];
    for (let times = 0; times < optional; times += 1) {
      splits.push(reserve());
      emit(part);
    }
    if (max === Number.POSITIVE_INFINITY) program.push({ op: "jump", to: splits[0] ?? 0 });
    for (const split of splits) {
      const [inside, behind] = [split + 1, program.length];
      program[split] = isLazy
        ? { op: "split", first: behind, second: inside }
        : { op: "split", first: inside, second: behind };
    }
  }

  function reserve(): number {
    return program.push({ op: "jump", to: 0 }) - 1;
  }
}

function isNullable(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "edge":
    case "look":
      return true;
    case "sequence":
      return node.parts.every(isNullable);
    case "choice":
      return node.parts.some(isNullable);
    case "repeat":
      return node.min === 0 || isNullable(node.part);
  }
}

/** The engine itself says which characters a class holds. */
function setMatcher(source: string, flags: string): (character: string) => boolean {
  const single = new RegExp(`^${source}$`, flags.replaceAll(/[gy]/g, ""));
  const known = new Map<string, boolean>();
  return (character) => {
    const before = known.get(character);
    if (before !== undefined) return before;
    const matches = single.test(character);
    known.set(character, matches);
    return matches;
  };
}

const TOKENS =
  /\(\?<?[=!]|\(\?:|\(\?<\w+>|\(|\)|\||\[(?:[^\]\\]|\\.)*\]|\\[bB]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-f]{4}|\\x[0-9a-f]{2}|\\[\s\S]|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/gi;

function parse(source: string, flags: string): Node {
  const tokens = source.match(new RegExp(TOKENS.source, /[uv]/.test(flags) ? "giu" : "gi")) ?? [];
  if (tokens.join("") !== source) throw new Error(`This pattern cannot be read here: ${source}`);
  let at = 0;
  const parsed = choice();
  if (at < tokens.length) throw new Error(`This pattern cannot be read here: ${source}`);
  return parsed;

  function choice(): Node {
    const parts = [sequence()];
    while (tokens[at] === "|") {
      at += 1;
      parts.push(sequence());
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { kind: "choice", parts };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    for (
      let token = tokens[at];
      token !== undefined && token !== "|" && token !== ")";
      token = tokens[at]
    ) {
      at += 1;
      parts.push(quantified(atom(token)));
    }
    return { kind: "sequence", parts };
  }

  function atom(token: string): Node {
    if (token.startsWith("(")) {
      const part = choice();
      at += 1;
      if (!/^\(\?<?[=!]$/.test(token)) return part;
      return { kind: "look", part, isBehind: token.includes("<"), isDenied: token.endsWith("!") };
    }
    if (/^(\^|\$|\\b)$/i.test(token)) return { kind: "edge", source: token };
    if (/^\\[1-9k]/.test(token)) throw new Error(`A back reference is not counted here: ${source}`);
    const isLiteral = /^(\\[^a-z0-9]|[^\\.[])$/i.test(token);
    return { kind: "set", source: token, isLiteral };
  }

  function quantified(part: Node): Node {
    const token = tokens[at];
    if (token === undefined || !/^([*+?]|\{\d)/.test(token)) return part;
    at += 1;
    const isLazy = token.length > 1 && token.endsWith("?");
    const [low = "0", high] = token.startsWith("{")
      ? token.replaceAll(/[{}?]/g, "").split(",")
      : [];
    const isRange = token.startsWith("{");
    const min = isRange ? Number(low) : token.startsWith("+") ? 1 : 0;
    const open = isRange ? token.includes(",") && high === "" : !token.startsWith("?");
    const max = open ? Number.POSITIVE_INFINITY : isRange ? Number(high ?? low) : 1;
    return { kind: "repeat", part, min, max, isLazy };
  }
}

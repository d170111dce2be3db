/** A block of shell commands of a page, as a reader pastes it. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly commands: string;
  /** What the page's author says to the test, in a comment that no reader sees. */
  readonly mark: Mark;
}

/** Whether a block is run, and which status its calls answer where that is no success. */
export type Mark =
  | { readonly run: true; readonly status?: string }
  | { readonly run: false; readonly why: string };

const FENCED =
  /^(?<mark><!--(?:[^-]|-(?!->))*-->\n)?(?<indent> *)```(?:sh|bash)\n(?<commands>[\s\S]*?)^\k<indent>```$/gm;
const NOT_RUN = /^<!-- not run: (?<why>[^-].*) -->\n$/;
const ANSWERS = /^<!-- answers (?<status>[45]\d\d) -->\n$/;

/** The shell blocks of a page, in order. An unknown mark right before a block is an error. */
export function blocksOf(page: string, text: string): Block[] {
  return [...text.matchAll(FENCED)].map((found) => {
    const { mark = "", indent = "", commands = "" } = found.groups ?? {};
    const line = text.slice(0, found.index).split("\n").length;
    const lines = commands.split("\n").map((each) => each.slice(indent.length));
    return { page, line, commands: lines.join("\n"), mark: readMark(mark, `${page}:${line}`) };
  });
}

function readMark(text: string, place: string): Mark {
  if (text === "") return { run: true };
  const { why } = NOT_RUN.exec(text)?.groups ?? {};
  if (why !== undefined) return { run: false, why };
  const { status } = ANSWERS.exec(text)?.groups ?? {};
  if (status !== undefined) return { run: true, status };
  throw new Error(`${place}: ${text.trim()} is no mark of a block`);
}

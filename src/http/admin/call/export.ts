/** How many rows are read at once, and so held in memory. */
export const EXPORT_PAGE_ROWS = 500;

/** Text is handed on in pieces of about so many characters. */
const PIECE_CHARACTERS = 64 * 1024;

/** The formats of an export. */
export type ExportFormat = "ndjson" | "csv";

/** A page of what is exported, and below which id it goes on. */
interface ExportPage<Item> {
  readonly items: readonly Item[];
  readonly beforeId: string | undefined;
}

/** Reads what is below an id, or from the newest one on. */
type ReadPage<Item> = (beforeId: string | undefined) => Promise<ExportPage<Item>>;

/** How an item is written in each format. */
export interface ExportLines<Item> {
  readonly csvHead: string;
  readonly csv: (item: Item) => string;
  /** What becomes a line of NDJSON. */
  readonly view: (item: Item) => object;
}

/** How a format is written. */
interface Writer<Item> {
  readonly contentType: string;
  readonly head: string;
  readonly line: (item: Item) => string;
}

function writerOf<Item>(format: ExportFormat, lines: ExportLines<Item>): Writer<Item> {
  return format === "csv"
    ? {
        contentType: "text/csv; charset=utf-8; header=present",
        head: lines.csvHead,
        line: lines.csv,
      }
    : {
        contentType: "application/x-ndjson",
        head: "",
        line: (item) => `${JSON.stringify(lines.view(item))}\n`,
      };
}

/**
 * Answers with all that a page reader finds, page after page while the client reads. The first page is
 * read before the answer begins, so that a failing database still gives an error.
 */
export async function exportResponse<Item>(
  format: ExportFormat,
  fileName: string,
  lines: ExportLines<Item>,
  readPage: ReadPage<Item>,
): Promise<Response> {
  const writer = writerOf(format, lines);
  const pieces = exportPieces(writer, await readPage(undefined), readPage);
  return new Response(streamOf(pieces), {
    headers: {
      "Content-Type": writer.contentType,
      "Content-Disposition": `attachment; filename="${fileName}.${format}"`,
    },
  });
}

async function* exportPieces<Item>(
  { head, line }: Writer<Item>,
  firstPage: ExportPage<Item>,
  readPage: ReadPage<Item>,
): AsyncGenerator<string, undefined> {
  let text = head;
  let page = firstPage;
  while (true) {
    for (const item of page.items) {
      text += line(item);
      if (text.length < PIECE_CHARACTERS) continue;
      yield text;
      text = "";
    }
    if (page.beforeId === undefined) break;
    page = await readPage(page.beforeId);
  }
  if (text !== "") yield text;
  return undefined;
}

/** A stream that asks for the next piece only when the last one was taken. */
function streamOf(pieces: AsyncGenerator<string, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

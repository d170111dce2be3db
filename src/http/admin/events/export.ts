import type { EventPage, StoredEvent } from "#store/event-log/list.ts";
import { csvLine } from "./csv.ts";
import { eventView } from "./query.ts";

/** How many rows are read at once, and so held in memory. */
export const EXPORT_PAGE_ROWS = 500;

/** Text is handed on in pieces of about so many characters. */
const PIECE_CHARACTERS = 64 * 1024;

/** The formats of an export. */
export type ExportFormat = "ndjson" | "csv";

/** Reads the events below an id, or from the newest one on. */
type ReadPage = (beforeId: string | undefined) => Promise<EventPage>;

/** How a format is written. */
interface Writer {
  readonly contentType: string;
  readonly head: string;
  readonly line: (event: StoredEvent) => string;
}

const CSV_COLUMNS = [
  "id",
  "time",
  "method",
  "path",
  "status",
  "scimType",
  "latencyMs",
  "clientIp",
  "userAgent",
  "credentialId",
  "actor",
  "resourceType",
  "resourceId",
  "userName",
  "explanation",
  "requestBody",
  "responseBody",
] as const;

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  ndjson: {
    contentType: "application/x-ndjson",
    head: "",
    line: (event) => `${JSON.stringify(eventView(event))}\n`,
  },
  csv: {
    contentType: "text/csv; charset=utf-8; header=present",
    head: csvLine([...CSV_COLUMNS, "warnings", "difference", "count"]),
    line: (event) => {
      const view = eventView(event);
      // Lists and objects go as the JSON texts that they are stored as.
      const texts = [event.warnings, event.difference];
      return csvLine([...CSV_COLUMNS.map((name) => view[name]), ...texts, event.count]);
    },
  },
};

/**
 * Answers with all events that a page reader finds, page after page while the client reads. The first
 * page is read before the answer begins, so that a failing database still gives an error.
 */
export async function exportResponse(
  format: ExportFormat,
  fileName: string,
  readPage: ReadPage,
): Promise<Response> {
  const writer = WRITERS[format];
  const pieces = exportPieces(writer, await readPage(undefined), readPage);
  return new Response(streamOf(pieces), {
    headers: {
      "Content-Type": writer.contentType,
      "Content-Disposition": `attachment; filename="${fileName}.${format}"`,
    },
  });
}

async function* exportPieces(
  { head, line }: Writer,
  firstPage: EventPage,
  readPage: ReadPage,
): AsyncGenerator<string, undefined> {
  let text = head;
  let page = firstPage;
  while (true) {
    for (const event of page.events) {
      text += line(event);
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

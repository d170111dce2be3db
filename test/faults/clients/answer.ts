/** An HTTP answer as it came over a raw connection. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer, and the bytes behind it. */
export interface ParsedAnswer {
  readonly answer: RawAnswer;
  readonly rest: Buffer;
}

/** Reads the answer at the front of the bytes; undefined while it is not whole. Throws for what is none. */
export function parseAnswer(bytes: Buffer, isEnded: boolean): ParsedAnswer | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [statusLine = "", ...fields] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})( |$)/.exec(statusLine)?.[1];
  if (status === undefined) throw new Error(`No status line: ${JSON.stringify(statusLine)}`);
  const headers = new Headers(fields.map(fieldOf));
  const framed = frame(bytes.subarray(headEnd + 4), Number(status), headers, isEnded);
  if (framed === undefined) return undefined;
  const { body, rest } = framed;
  return { answer: { status: Number(status), headers, body: body.toString() }, rest };
}

/** Whether the gateway itself failed; a 5xx of the runtime before it bears another content type. */
export function isOwnFault({ status, headers }: RawAnswer): boolean {
  return status >= 500 && /scim\+json|problem\+json/.test(headers.get("Content-Type") ?? "");
}

/** Of an answer: its status, and whose it is. */
export function shown(answer: RawAnswer | undefined): object | undefined {
  if (answer === undefined) return undefined;
  const { userName, totalResults, status } = JSON.parse(answer.body);
  return { status: answer.status, of: userName ?? totalResults ?? status };
}

/** Of an answer with a user: its title and its e-mail addresses. */
export function titleAndEmail(answer: RawAnswer | undefined): readonly unknown[] {
  const { title, emails } = JSON.parse(answer?.body ?? "");
  return [title, ...emails.map(({ value }: { value: string }) => value)];
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

interface Framed {
  readonly body: Buffer;
  readonly rest: Buffer;
}

/** RFC 9112 §6.3: how long a body is. */
function frame(
  bytes: Buffer,
  status: number,
  headers: Headers,
  isEnded: boolean,
): Framed | undefined {
  if (status < 200 || status === 204 || status === 304) return cut(bytes, 0);
  if (headers.get("Transfer-Encoding") === "chunked") return unchunk(bytes);
  const length = headers.get("Content-Length");
  if (length !== null) return cut(bytes, Number(length));
  return isEnded ? cut(bytes, bytes.length) : undefined;
}

function cut(bytes: Buffer, length: number): Framed | undefined {
  if (bytes.length < length) return undefined;
  return { body: bytes.subarray(0, length), rest: bytes.subarray(length) };
}

/** RFC 9112 §7.1, without trailers, which nobody sends here. */
function unchunk(bytes: Buffer): Framed | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const from = lineEnd + 2;
    at = from + size + 2;
    if (bytes.length < at) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), rest: bytes.subarray(at) };
    chunks.push(bytes.subarray(from, from + size));
  }
}

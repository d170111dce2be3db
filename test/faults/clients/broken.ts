import { createUser, headText, inChunks, requestText, userText } from "./requests.ts";

/** What is odd about a request that tries to create a user, and its bytes. */
export type RequestRow = readonly [
  what: string,
  bytesOf: (token: string, userName: string) => string,
];

/** Requests that no server may take for whole (RFC 9112 §6.3, §7.1): their user is never stored. */
export const BROKEN_REQUESTS: readonly RequestRow[] = [
  ["a chunk size that is no number", chunked((body) => `zz\r\n${body}\r\n0\r\n\r\n`)],
  ["a chunk size below its chunk", chunked((body) => `8\r\n${body}\r\n0\r\n\r\n`)],
  ["a chunk size beyond what comes", chunked((body) => `ffff\r\n${body}\r\n0\r\n\r\n`)],
  ["a chunk size of 68 bits", chunked((body) => `${"f".repeat(17)}\r\n${body}\r\n0\r\n\r\n`)],
  ["chunks without the last one", chunked((body) => inChunks(body).slice(0, -"0\r\n\r\n".length))],
  ["a last chunk without its end", chunked((body) => inChunks(body).slice(0, -"\r\n\r\n".length))],
  ["a Content-Length below the body", lengths((length) => [length - 20])],
  ["a Content-Length beyond the body", lengths((length) => [length + 1])],
  ["a Content-Length that is no number", lengths(() => ["many"])],
  ["a negative Content-Length", lengths((length) => [-length])],
  ["two different lengths", lengths((length) => [length, length - 20])],
  ["a transfer encoding that nobody knows", otherEncoding],
  ["a request line of garbage", () => "\u0007garbage\r\n\r\n"],
  ["a request line without an end", () => "x".repeat(100_000)],
  ["the first bytes of TLS", () => "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003"],
  ["a field without a colon", withHead((head) => head.replace("Host: ", "Host "))],
  ["a field name with NUL", withHead((head) => head.replace("Host", "Ho\u0000st"))],
];

/** Requests that a server may take or leave; where their user is stored, the answer says so. */
export const ODD_REQUESTS: readonly RequestRow[] = [
  ["no Host", withHead((head) => head.replace("Host: 127.0.0.1\r\n", ""))],
  ["two Hosts", withHead((head) => head.replace("Host: 127.0.0.1", "Host: a\r\nHost: b"))],
  ["a Host that is no name", withHead((head) => head.replace("127.0.0.1", "%%%"))],
  ["HTTP/1.0", withHead((head) => head.replace("HTTP/1.1", "HTTP/1.0"))],
  ["HTTP/9.9", withHead((head) => head.replace("HTTP/1.1", "HTTP/9.9"))],
  ["a method in small letters", withHead((head) => head.replace("POST", "post"))],
  ["a method that nobody knows", withHead((head) => head.replace("POST", "FROB"))],
  ["an absolute target", withHead((head) => head.replace(" /", " http://example.com/"))],
  ["a target without a slash", withHead((head) => head.replace(" /", " "))],
  ["lines that end in LF alone", withHead((head) => head.replaceAll("\r\n", "\n"))],
  ["a field over two lines", withField("X-Folded: one\r\n two")],
  ["a field of 100 KB", withField(`X-Long: ${"x".repeat(100_000)}`)],
  ["2,000 fields", withField(Array.from({ length: 2_000 }, (_, n) => `X-${n}: ${n}`).join("\r\n"))],
  ["an upgrade", withField("Connection: Upgrade\r\nUpgrade: websocket")],
  ["an expectation that nobody knows", withField("Expect: miracles")],
  ["both a length and chunks", withBothFramings],
];

function chunked(bytesOf: (body: string) => string): RequestRow[1] {
  return (token, userName) => {
    const request = createUser(token, userName, "chunked");
    return `${headText(request)}${bytesOf(userText(userName))}`;
  };
}

function lengths(claimed: (length: number) => readonly (number | string)[]): RequestRow[1] {
  return (token, userName) => {
    const { length } = userText(userName);
    const lines = claimed(length).map((each) => `Content-Length: ${each}`);
    const bytes = requestText(createUser(token, userName));
    return bytes.replace(`Content-Length: ${length}`, lines.join("\r\n"));
  };
}

function withHead(change: (head: string) => string): RequestRow[1] {
  return (token, userName) => {
    const request = createUser(token, userName);
    return `${change(headText(request))}${request.body}`;
  };
}

function withField(field: string): RequestRow[1] {
  return (token, userName) => requestText({ ...createUser(token, userName), fields: [field] });
}

function otherEncoding(token: string, userName: string): string {
  const bytes = requestText(createUser(token, userName, "chunked"));
  return bytes.replace("Transfer-Encoding: chunked", "Transfer-Encoding: secret");
}

/** RFC 9112 §6.3: the chunks win, or the request is refused. */
function withBothFramings(token: string, userName: string): string {
  const { length } = inChunks(userText(userName));
  const fields = [`Content-Length: ${length}`];
  return requestText({ ...createUser(token, userName, "chunked"), fields });
}

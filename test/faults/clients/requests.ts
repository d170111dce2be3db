/** How a request tells where its body ends (RFC 9112 §6). */
export type Framing = "Content-Length" | "chunked";

/** A request in parts, from which its bytes are made. */
export interface RawRequest {
  readonly method: string;
  /** Below the SCIM base URL, such as `/Users`. */
  readonly path: string;
  readonly token: string;
  readonly body?: string;
  readonly framing?: Framing;
  /** Lines such as `Expect: 100-continue`. */
  readonly fields?: readonly string[];
}

/** The bytes of a request; its body is ASCII. */
export function requestText(request: RawRequest): string {
  return `${headText(request)}${bodyText(request)}`;
}

/** The bytes of a request up to its body. */
export function headText({ method, path, token, body, framing, fields = [] }: RawRequest): string {
  const length = framing === "chunked" ? CHUNKED : `Content-Length: ${body?.length}`;
  const lines = [
    `${method} /scim/v2${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    `Authorization: Bearer ${token}`,
    ...(body === undefined ? [] : ["Content-Type: application/scim+json", length]),
    ...fields,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The bytes of a request's body, in its framing. */
export function bodyText({ body = "", framing = "Content-Length" }: RawRequest): string {
  return framing === "chunked" ? inChunks(body) : body;
}

/** The first half of some bytes. */
export function firstHalf(bytes: string): string {
  return bytes.slice(0, bytes.length / 2);
}

/** A request that creates a user. */
export function createUser(
  token: string,
  userName: string,
  framing: Framing = "Content-Length",
): RawRequest {
  return { method: "POST", path: "/Users", token, body: userText(userName), framing };
}

/** A user as JSON. */
export function userText(userName: string): string {
  return JSON.stringify({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
    userName,
    name: { givenName: "Ada", familyName: "Lovelace" },
    emails: [{ value: userName, type: "work", primary: true }],
    active: true,
  });
}

/** A user of about 100 KB as JSON. */
export function largeUserText(userName: string): string {
  const entitlements = Array.from({ length: 13 }, (_, n) => ({ value: `${n}`.padEnd(8_000, "x") }));
  return JSON.stringify({ userName, entitlements });
}

/** The path that finds a user by name. */
export function pathOfName(userName: string): string {
  return `/Users?${new URLSearchParams({ filter: `userName eq "${userName}"` })}`;
}

/** A body in chunks (RFC 9112 §7.1) of at most `size` characters. */
export function inChunks(body: string, size = 16): string {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const data = body.slice(at, at + size);
    chunks.push(`${data.length.toString(16)}\r\n${data}\r\n`);
  }
  return `${chunks.join("")}0\r\n\r\n`;
}

const CHUNKED = "Transfer-Encoding: chunked";

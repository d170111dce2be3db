import { ScimError } from "#scim/error.ts";
import { quoteName } from "#scim/json.ts";

/** A user's body is at most 256 KB. */
export const USER_BODY_BYTES_MAX = 256 * 1024;

/** A group's body is at most 4 MB, some 50,000 members. */
export const GROUP_BODY_BYTES_MAX = 4 * 1024 * 1024;

const CONTENT_TYPES: readonly string[] = ["application/scim+json", "application/json", ""];

/** So much is read of anybody's body while nobody knows yet whether the caller is let in. */
const STRANGER_BYTES_MAX = 64 * 1024;

/** Throws the refusal of a caller who is not let in. */
type LetIn = () => Promise<unknown>;

/**
 * Reads a request's body as text; of one over 64 KB the rest only once `letIn` has let the caller in:
 * 415 for another content type than JSON's, another charset than UTF-8 or a content coding, 413 beyond
 * bytesMax (whether or not Content-Length tells), 400 invalidSyntax for bytes that are not UTF-8.
 */
export async function readBodyText(
  request: Request,
  bytesMax: number,
  letIn: LetIn = async () => undefined,
): Promise<string> {
  const [contentType = ""] = (request.headers.get("Content-Type") ?? "").split(";");
  if (!CONTENT_TYPES.includes(contentType.trim().toLowerCase())) {
    throw ScimError.status(
      415,
      "Send the body as application/scim+json or application/json.",
    ).explainedBy(
      (quote) =>
        `The client sent its body as ${quote(contentType)}, and only application/scim+json and application/json are read. Set the content type in the provider's app.`,
    );
  }
  requirePlainText(request.headers);
  return decode(await readBytes(request, bytesMax, letIn));
}

/** Bytes in a content coding (RFC 9110 §8.4) or in another charset would be taken for broken text. */
function requirePlainText(headers: Headers): void {
  const codings = namesIn(headers.get("Content-Encoding") ?? "");
  const coding = codings.find((each) => each !== "identity");
  if (coding !== undefined) {
    throw ScimError.status(
      415,
      `Send the body as it is, without the Content-Encoding ${quoteName(coding)}.`,
    ).explainedBy(
      (quote) =>
        `The client sent its body compressed or encoded as ${quote(coding)}, which is not read here. Switch compression of requests off in the provider's app, or in the proxy before it.`,
    );
  }
  const charset = charsetOf(headers.get("Content-Type") ?? "");
  if (charset === undefined || UTF_8.includes(charset)) return;
  throw ScimError.status(
    415,
    `Send the body in UTF-8, not in the charset ${quoteName(charset)}.`,
  ).explainedBy(
    (quote) =>
      `The client sent its body in the charset ${quote(charset)}, and JSON is read in UTF-8 alone (RFC 8259 §8.1). Set the encoding of the provider's app to UTF-8.`,
  );
}

function namesIn(list: string): readonly string[] {
  const names = list.split(",").map((each) => each.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

/** US-ASCII is a part of UTF-8. */
const UTF_8: readonly string[] = ["utf-8", "utf8", "us-ascii"];

/** The charset of a content type in lower case; undefined where it names none. */
function charsetOf(contentType: string): string | undefined {
  const [, ...parameters] = contentType.split(";");
  const charsets = parameters.flatMap((parameter) => {
    const [name = "", ...value] = parameter.split("=");
    if (name.trim().toLowerCase() !== "charset") return [];
    return value.join("=").replaceAll('"', "").trim().toLowerCase();
  });
  return charsets.find((charset) => charset !== "");
}

/** A token request is short (RFC 6749 §4.4.2), and comes from somebody who is not known yet. */
const TOKEN_REQUEST_BYTES_MAX = 8 * 1024;

/** Reads the body of a token request; throws a ScimError for another content type or too long a body. */
export async function readTokenBody(
  request: Request,
): Promise<{ readonly kind: "form" | "json"; readonly text: string }> {
  const kind = TOKEN_CONTENT_TYPES.get(contentType(request));
  if (kind === undefined) {
    throw ScimError.status(
      415,
      "Send the request as application/x-www-form-urlencoded or application/json.",
    );
  }
  requirePlainText(request.headers);
  const bytes = await readBytes(request, TOKEN_REQUEST_BYTES_MAX, async () => undefined);
  return { kind, text: decode(bytes) };
}

const TOKEN_CONTENT_TYPES: ReadonlyMap<string, "form" | "json"> = new Map([
  ["application/x-www-form-urlencoded", "form"],
  ["", "form"],
  ["application/json", "json"],
]);

function contentType(request: Request): string {
  const [type = ""] = (request.headers.get("Content-Type") ?? "").split(";");
  return type.trim().toLowerCase();
}

async function readBytes(request: Request, bytesMax: number, letIn: LetIn): Promise<Uint8Array> {
  const announced = Number(request.headers.get("Content-Length") ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  let isLetIn = announced > STRANGER_BYTES_MAX;
  if (isLetIn) await letIn();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunksOf(request)) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    if (bytes > STRANGER_BYTES_MAX && !isLetIn) {
      isLetIn = true;
      await letIn();
    }
    chunks.push(chunk);
  }
  return concatenate(chunks, bytes);
}

/** A body that breaks off is the client's or the network's doing, and no fault of ours. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* request.body ?? [];
  } catch {
    throw ScimError.invalidSyntax("The body broke off before its end. Send the request again.");
  }
}

function tooLarge(bytesMax: number): ScimError {
  return ScimError.status(413, `The body may have at most ${bytesMax} bytes.`).explainedBy(
    () =>
      `The client sent a body of more than ${bytesMax} bytes, which is the limit here. Have the provider send less at once: fewer attributes, or a group's members in several PATCH requests.`,
  );
}

function concatenate(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only, ...others] = chunks;
  if (only !== undefined && others.length === 0) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** Decodes strictly, since a replacement character would store what nobody sent; a leading BOM is dropped. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw ScimError.invalidSyntax("The body is not valid UTF-8 text.");
  }
}

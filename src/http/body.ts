import { ScimError } from "#scim/error.ts";

/** SEMANTICS 9: a user's body is at most 256 KB. */
export const USER_BODY_BYTES_MAX = 256 * 1024;

/** SEMANTICS 9: a group's body is at most 4 MB, some 50,000 members. */
export const GROUP_BODY_BYTES_MAX = 4 * 1024 * 1024;

const CONTENT_TYPES: readonly string[] = ["application/scim+json", "application/json", ""];

/** So much is read of anybody's body while nobody knows yet whether the caller is let in. */
const STRANGER_BYTES_MAX = 64 * 1024;

/** Throws the refusal of a caller who is not let in. */
type LetIn = () => Promise<unknown>;

/**
 * Reads a request's body as text; of one over 64 KB the rest only once `letIn` has let the caller in: 415 for another content type than JSON's, 413 beyond bytesMax
 * (whether or not Content-Length tells), 400 invalidSyntax for bytes that are not UTF-8.
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
  return decode(await readBytes(request, bytesMax, letIn));
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

/** A body as it was read: whole, or why it is not. */
export type BoundedBody =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "broken" };

/**
 * Reads the body of an answer up to `bytesMax` decompressed bytes. A larger one is cancelled as soon as
 * that is known; a connection that breaks and a signal that aborts give "broken".
 */
export async function readBoundedBody(
  response: Response,
  bytesMax: number,
  signal: AbortSignal,
): Promise<BoundedBody> {
  if (response.body === null) return { kind: "whole", bytes: new Uint8Array() };
  const reader = response.body.getReader();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped = cancelQuietly(reader);
  };
  signal.addEventListener("abort", stop);
  try {
    if (signal.aborted) stop();
    // A reader that was cancelled says "done": the signal tells that end from the body's own.
    const body = await readChunks(reader, bytesMax);
    return signal.aborted ? { kind: "broken" } : body;
  } catch {
    return { kind: "broken" };
  } finally {
    signal.removeEventListener("abort", stop);
    await stopped;
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readChunks(reader: Reader, bytesMax: number): Promise<BoundedBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return { kind: "whole", bytes: joinBytes(chunks, length) };
    length += value.byteLength;
    if (length > bytesMax) {
      await cancelQuietly(reader);
      return { kind: "tooLarge" };
    }
    chunks.push(value);
  }
}

function joinBytes(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** A stream that is broken already cannot be cancelled, and need not be. */
async function cancelQuietly(reader: Reader): Promise<void> {
  try {
    await reader.cancel();
  } catch {
    return;
  }
}

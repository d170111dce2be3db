import { createServer, type IncomingMessage, type Server } from "node:http";

/** A delivery holds one event, which a user of 512 KB makes largest; anybody may send more. */
const BODY_BYTES_MAX = 1024 * 1024;

/**
 * Listens for deliveries on this machine alone: a proxy that speaks TLS, or a tunnel, stands in front. A
 * body beyond 1 MB is answered by 413, and no more of it is read.
 */
export function listen(
  takeDelivery: (headers: Headers, body: string) => Promise<number>,
  port: number,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    try {
      const body = await readBody(request);
      response.statusCode = body === undefined ? 413 : await takeDelivery(headersOf(request), body);
      // What is left of a body that is too long would be read for the next request.
      if (body === undefined) response.setHeader("Connection", "close");
    } catch (error) {
      // The gateway tries again later.
      console.error(error instanceof Error ? error.message : error);
      response.statusCode = 503;
    }
    response.end();
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** The body as text; undefined where it is too long, whether or not its length was told. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > BODY_BYTES_MAX) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function headersOf(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  return headers;
}

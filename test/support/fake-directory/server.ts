import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** A fake behind a port of this machine. */
export interface Served {
  /** Its origin, such as `http://127.0.0.1:4400`. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves a handler on 127.0.0.1, at a free port where none is given. Where the handler throws, the
 * connection is reset; where the body breaks, so does the connection in the middle of it.
 */
export async function serve(
  handler: (request: Request) => Promise<Response>,
  port = 0,
): Promise<Served> {
  const server = createServer((incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch(() => {
      // A reset would take back what was sent already.
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.socket?.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const response = await handler(await requestOf(incoming, gone.signal));
  const headers = [...response.headers].flat();
  outgoing.writeHead(response.status, headers);
  for await (const chunk of response.body ?? []) {
    await new Promise((resolve) => outgoing.write(chunk, resolve));
  }
  outgoing.end();
}

async function requestOf(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = "GET", url = "/", rawHeaders } = incoming;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const origin = `http://${incoming.headers.host ?? "127.0.0.1"}`;
  const body = hasBody ? { body: await buffer(incoming) } : {};
  return new Request(`${origin}${url}`, { method, headers, signal, ...body });
}

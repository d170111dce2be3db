import { once } from "node:events";
import { request, type Server } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listen } from "../../../packages/client/example/listen.ts";

// The example receiver's server, on a port of its own.

const MB = 1024 * 1024;

let server: Server;
let taken: number[];

beforeEach(async () => {
  taken = [];
  server = await listen(async (_headers, body) => {
    if (body === "broken") throw new Error("The copy cannot be written.");
    taken.push(body.length);
    return 204;
  }, 0);
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function addressOf(): { readonly address: string; readonly port: number } {
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("It listens on a port.");
  return bound;
}

const post = async (body: string) =>
  (await fetch(`http://127.0.0.1:${addressOf().port}/`, { method: "POST", body })).status;

describe("the example receiver", () => {
  test("listens on loopback alone", async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === "IPv4");

    expect(addressOf().address).toBe("127.0.0.1");
    for (const { address } of others) {
      const socket = connect(addressOf().port, address);
      const [error] = await once(socket, "error");
      expect(error.code).toBe("ECONNREFUSED");
    }
  });

  test("takes a body of 1 MB", async () => {
    expect(await post("a".repeat(MB))).toBe(204);
    expect(taken).toEqual([MB]);
  });

  test("answers a longer one with 413, by its Content-Length", async () => {
    const asked = request({ ...addressOf(), host: "127.0.0.1", method: "POST" });
    asked.setHeader("Content-Length", MB + 1);
    asked.flushHeaders();

    const [answer] = await once(asked, "response");
    asked.on("error", () => undefined).destroy();

    expect([answer.statusCode, taken]).toEqual([413, []]);
  });

  test("answers one without a length with 413, though it never ends", async () => {
    const asked = request({ ...addressOf(), host: "127.0.0.1", method: "POST" });
    asked.setHeader("Transfer-Encoding", "chunked");
    asked.write("a".repeat(MB + 1));

    const [answer] = await once(asked, "response");
    asked.on("error", () => undefined).destroy();

    expect([answer.statusCode, taken]).toEqual([413, []]);
  });

  test("answers 503 where a delivery cannot be taken, and goes on", async () => {
    expect([await post("broken"), await post("a")]).toEqual([503, 204]);
  });
});

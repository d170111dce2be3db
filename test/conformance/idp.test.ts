import { beforeAll, describe, expect, test } from "vitest";
import { loadExchangeFiles } from "./exchange.ts";
import { type Server, startServer } from "./harness.ts";
import { openSession, playExchange, type Session } from "./run.ts";

/** Bundling the Worker and unpacking workerd on a cold, busy machine. */
const START_TIMEOUT_MS = 120_000;

let server: Server;

beforeAll(async () => {
  server = await startServer();
  return server.stop;
}, START_TIMEOUT_MS);

describe.each(loadExchangeFiles())("$client: $name", (file) => {
  let session: Session;

  beforeAll(async () => {
    session = await openSession(server, file);
  });

  for (const exchange of file.exchanges) {
    test(`${exchange.title} (${exchange.items.join(", ")})`, async () => {
      const faults = await playExchange(session, exchange);

      expect(faults).toEqual([]);
    });
  }
});

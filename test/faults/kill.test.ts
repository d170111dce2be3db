import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contradictionsIn, type ServerProcess, startServer } from "./server-process.ts";
import { createWriteLoad } from "./write-load.ts";

/** The short form travels with `npm test`; `npm run test:faults` asks for the long one. */
const { rounds, writesPerRound } =
  process.env.FAULTS === "long"
    ? { rounds: 10, writesPerRound: 600 }
    : { rounds: 2, writesPerRound: 150 };

let stateDir: string;
let server: ServerProcess | undefined;

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "scim-edge-faults-"));
});

afterEach(async () => {
  await server?.kill();
  rmSync(stateDir, { recursive: true, force: true });
});

test("a server killed under load loses no acknowledged write and contradicts itself nowhere", async () => {
  server = await startServer(stateDir);
  const load = await createWriteLoad(server.origin, 7);

  for (let round = 0; round < rounds; round += 1) {
    // The load goes on when the server is killed, so that writes are in flight.
    const running = load.run(server.origin, writesPerRound * 10);
    const goal = (round + 1) * writesPerRound;
    while (load.acknowledged() < goal) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.kill();
    await running;
    expect(contradictionsIn(stateDir)).toEqual([]);
    server = await startServer(stateDir);
    expect(await load.verify(server.origin)).toEqual([]);
  }

  expect(load.acknowledged()).toBeGreaterThanOrEqual(rounds * writesPerRound);
});

import { vi } from "vitest";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const YEAR_MS = 365 * DAY_MS;

/** Clocks in the hands of a test: the true time, and how far they are from it. */
export interface JumpingClock {
  now: number;
  jump: number;
}

/** Takes the place of Date.now; a day ahead, so that no alarm fires by itself. */
export function steerClock(): JumpingClock {
  const clock = { now: Date.now() + DAY_MS, jump: 0 };
  vi.spyOn(Date, "now").mockImplementation(() => clock.now + clock.jump);
  return clock;
}

/** A gateway in an isolate whose clock is so far from those of the others. */
export function isolate(clock: JumpingClock, offMs = 0) {
  return openGateway({ clock: { now: () => clock.now + clock.jump + offMs } });
}

/** Where clocks jump to, one after the other: how far they are from the true time then. */
export const JUMPS_MS: readonly number[] = [
  ...[0, HOUR_MS, 0, -HOUR_MS, YEAR_MS, YEAR_MS - HOUR_MS],
  ...[0, -HOUR_MS, -2 * HOUR_MS, 5 * MINUTE_MS],
];

/** What was written while clocks jumped. */
export interface WrittenAcross {
  readonly client: TestClient;
  /** The user who was changed after every jump, and the versions of that. */
  readonly id: string;
  readonly versions: readonly string[];
  /** Who was created after each jump. */
  readonly created: readonly string[];
}

/** Creates a user and changes another one after each jump, through the isolates in turn. */
export async function writeAcrossJumps(
  clock: JumpingClock,
  isolates: readonly ReturnType<typeof isolate>[],
): Promise<WrittenAcross> {
  const client = await (isolates[0] ?? isolate(clock)).client();
  const { id } = (await client.post(aUser())).body;
  const versions: string[] = [];
  const created: string[] = [];
  for (const [n, jump] of JUMPS_MS.entries()) {
    clock.jump = jump;
    const { scim } = isolates[n % isolates.length] ?? isolate(clock);
    const { token } = client;
    created.push((await scim("/Users", { token, body: aUser() })).body.id);
    const body = aPatch({ op: "replace", path: "title", value: `step ${n}` });
    const patched = await scim(`/Users/${id}`, { token, method: "PATCH", body });
    versions.push(patched.body.meta.version);
  }
  clock.jump = 0;
  return { client, id, versions, created };
}

import { expect, test } from "vitest";
import { judgeFailure } from "#bridge/run/failure.ts";
import { SourceError, type SourceFailure, scopeOfFailure } from "#bridge/source/source.ts";
import { NO_CURSORS, newRun, type Run } from "#bridge/state/run.ts";
import { RunBroken } from "#bridge/step/run-context.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const HOUR_MS = 3_600_000;

function aRun(members: Partial<Run> = {}): Run {
  const start = { runId: "r", mode: "delta", isFull: false, scope: "", origin: "" } as const;
  const run = newRun({ ...start, since: { users: "u", groups: "g" }, startedAt: NOW });
  return { ...run, position: { ...run.position, cursor: "c", pages: 3 }, ...members };
}

const judge = (failure: SourceFailure, run = aRun()) =>
  judgeFailure(run, new SourceError(failure, "why"), NOW, () => 0.5);

test("throttling waits at the same page until the provider's moment", () => {
  const verdict = judge({ kind: "throttled", retryAt: NOW + 42_000 });

  expect(verdict).toMatchObject({
    kind: "wait",
    run: { state: "waiting", resumeAt: NOW + 42_000, waitedMs: 42_000, tries: 0, pauses: 1 },
  });
  expect(verdict.kind === "wait" && verdict.run.position.cursor).toBe("c");
});

test("a run waits for a day in all, and not longer", () => {
  const waited = aRun({ waitedMs: 23 * HOUR_MS });

  const kinds = [1, 2].map((hours) =>
    judge({ kind: "throttled", retryAt: NOW + hours * HOUR_MS }, waited),
  );

  expect(kinds.map(({ kind }) => kind)).toEqual(["wait", "fail"]);
  expect(kinds[1]).toMatchObject({ retryAt: NOW + 2 * HOUR_MS });
});

test.each<SourceFailure>([{ kind: "unavailable" }, { kind: "malformed" }])(
  "$kind is tried again nine times, and then fails the run",
  (failure) => {
    const verdicts = [0, 8, 9].map((tries) => judge(failure, aRun({ tries })).kind);

    expect(verdicts).toEqual(["wait", "wait", "fail"]);
  },
);

test("an outage of a minute fails no run, however chance falls, and the reason is kept meanwhile", () => {
  let run = aRun();
  let now = NOW;
  while (now < NOW + 60_000) {
    const error = new SourceError({ kind: "unavailable" }, "503");
    const verdict = judgeFailure(run, error, now, () => 0);
    if (verdict.kind !== "wait") throw new Error("The run failed.");
    run = verdict.run;
    now = run.resumeAt ?? now;
  }

  expect(run).toMatchObject({ state: "waiting", waitingFor: "503", troubledSince: NOW });
});

test("what the gateway itself throws is tried again, and its message is kept from administrators", () => {
  const error = new Error("D1_ERROR: secret");
  const [first, last] = [0, 9].map((tries) => judgeFailure(aRun({ tries }), error, NOW, () => 0.5));

  expect(first?.kind).toBe("wait");
  expect(last?.kind === "fail" && last.detail).not.toContain("secret");
});

test("refused credentials fail the run at once, and so does a missing right", () => {
  const unauthorized = judge({ kind: "unauthorized" });
  const forbidden = judge({ kind: "forbidden" });

  expect(unauthorized).toMatchObject({ kind: "fail", isUnauthorized: true, detail: "why" });
  expect(forbidden).toMatchObject({ kind: "fail", isUnauthorized: false });
});

test("what cannot be mended fails the run at once", () => {
  expect(judgeFailure(aRun(), new RunBroken("no"), NOW, () => 0.5)).toMatchObject({
    kind: "fail",
    detail: "no",
  });
});

test("an expired delta cursor of users makes a full run of it, from its first page", () => {
  const verdict = judge({ kind: "deltaExpired" });

  expect(verdict).toMatchObject({
    kind: "restart",
    run: { mode: "full", isFull: true, since: NO_CURSORS, listingsRead: 0, restarts: 1 },
  });
  expect(verdict.kind === "restart" && verdict.run.position.cursor).toBeUndefined();
});

test("an expired delta cursor of groups lists all groups, and leaves the users as they were read", () => {
  const verdict = judge({ kind: "deltaExpired" }, aRun({ phase: "groups", listingsRead: 1 }));

  expect(verdict).toMatchObject({
    kind: "restart",
    run: { isFull: false, since: { users: "u", groups: undefined }, listingsRead: 1 },
  });
});

test("a refused page cursor begins the listing anew, five times at most", () => {
  const kinds = [0, 4, 5].map(
    (restarts) => judge({ kind: "cursorExpired" }, aRun({ restarts })).kind,
  );

  expect(kinds).toEqual(["restart", "restart", "fail"]);
});

test("the trouble of one record, of a listing and of the credentials are told apart", () => {
  const kinds: readonly SourceFailure[] = [
    { kind: "record", sourceId: "00u1", mayPass: true },
    { kind: "malformed" },
    { kind: "groupsForbidden" },
    { kind: "unauthorized" },
    { kind: "forbidden" },
  ];

  expect(kinds.map(scopeOfFailure)).toEqual([
    "record",
    "listing",
    "listing",
    "credentials",
    "credentials",
  ]);
});

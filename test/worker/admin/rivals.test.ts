import { expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";

// Administrators who change one thing at the same time: whatever was answered 200 holds.

const gateway = openGateway({ roundTripsMax: Number.POSITIVE_INFINITY });
const ROUNDS = 60;

const patch = (path: string, body: object) => gateway.admin(path, { method: "PATCH", body });

test("three PATCHes of a connector at once lose none, in 60 rounds", async () => {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}`;
  const lost: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const members = { retentionDays: round, eventRetentionDays: round, strict: round % 2 === 1 };
    const changes = Object.entries(members).map(([name, value]) => ({
      settings: { [name]: value },
    }));

    const answers = await Promise.all(changes.map((change) => patch(path, change)));

    const { settings } = (await gateway.admin(path)).body;
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const isKept = Object.entries(members).every(([name, value]) => settings[name] === value);
    if (!isKept) lost.push(round);
  }
  expect(lost).toEqual([]);
});

test("an approval between two PATCHes holds, in 60 rounds", async () => {
  const lost: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { id } = await gateway.connector({ settings: { staged: true } });
    const path = `/connectors/${id}`;

    const answers = await Promise.all([
      patch(path, { settings: { retentionDays: round } }),
      gateway.admin(`${path}/approve`, { method: "POST" }),
      patch(path, { settings: { strict: true } }),
    ]);

    const { settings } = (await gateway.admin(path)).body;
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const kept = { retentionDays: round, staged: false, strict: true };
    if (Object.entries(kept).some(([name, value]) => settings[name] !== value)) lost.push(round);
  }
  expect(lost).toEqual([]);
});

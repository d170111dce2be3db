import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BridgeSource } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { aDeclaration } from "#test/support/scim/declarations.ts";

// The kind of a fault: a change that is decided on what was read, and written over what others wrote since.
// Whatever administrators change at the same time, what is there in the end is what some order of the
// changes that were answered 2xx makes of it.

const gateway = openGateway({ roundTripsMax: Number.POSITIVE_INFINITY });

type Headers = Readonly<Record<string, string>>;
type Members = Readonly<Record<string, unknown>>;

/** A resource of the admin API: how it is changed, and what each change makes of it. */
interface Resource<Op> {
  readonly op: fc.Arbitrary<Op>;
  /** Makes one, and gives its path. */
  readonly make: () => Promise<string>;
  readonly send: (path: string, op: Op, headers: Headers) => Promise<TestAnswer>;
  /** What of an answer the model knows. */
  readonly shown: (body: Members) => Members;
  readonly apply: (state: Members, op: Op) => Members;
  /** Whether a change moves the version on; all do unless this says otherwise. */
  readonly moves?: (state: Members, op: Op) => boolean;
  /** Whether a change may be answered 409 while another one is under way. */
  readonly mayWait?: (op: Op) => boolean;
}

function orders<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

interface Sent<Op> {
  readonly op: Op;
  /** Whether it named the version from before all of them in If-Match. */
  readonly isConditional: boolean;
}

/** What an order of changes makes of a state; undefined where one of them could not have been let in. */
function played<Op>(
  { apply, moves = () => true }: Resource<Op>,
  before: Members,
  order: readonly Sent<Op>[],
): Members | undefined {
  let state = before;
  let hasMoved = false;
  for (const { op, isConditional } of order) {
    if (isConditional && hasMoved) return undefined;
    hasMoved ||= moves(state, op);
    state = apply(state, op);
  }
  return state;
}

async function checkRound<Op>(resource: Resource<Op>, path: string, round: readonly Sent<Op>[]) {
  const { body, headers } = await gateway.admin(path);
  const before = resource.shown(body);
  const current = { "If-Match": headers.get("ETag") ?? "" };

  const answers = await Promise.all(
    round.map(({ op, isConditional }) => resource.send(path, op, isConditional ? current : {})),
  );

  const after = resource.shown((await gateway.admin(path)).body);
  const done = round.filter((_, at) => (answers[at]?.status ?? 500) < 300);
  const ends = orders(done).map((order) => played(resource, before, order));
  expect(ends).toContainEqual(after);
  const statuses = answers.map(({ status }) => status);
  const isWaiting = ({ op }: Sent<Op>, at: number) =>
    statuses[at] === 409 && resource.mayWait?.(op) === true;
  const refused = round.filter((sent, at) => (statuses[at] ?? 500) >= 300 && !isWaiting(sent, at));
  expect(refused.map((sent) => [sent.isConditional, statuses[round.indexOf(sent)]])).toEqual(
    refused.map(() => [true, 412]),
  );
}

const CONNECTOR: Resource<Members> = {
  op: fc.oneof(
    { weight: 1, arbitrary: fc.constant({ approve: true }) },
    {
      weight: 4,
      arbitrary: fc.record(
        {
          name: fc.constantFrom("a", "b", "c"),
          tenant: fc.constantFrom("t", "u", null),
          status: fc.constantFrom("active", "disabled"),
          settings: fc.record(
            {
              staged: fc.boolean(),
              strict: fc.boolean(),
              retentionDays: fc.integer({ min: 1, max: 9 }),
              deletion: fc.constantFrom("soft", "hard"),
              allowDuplicateGroupNames: fc.boolean(),
            },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: [] },
      ),
    },
  ),
  // A connector leaves one tenant at a time.
  mayWait: (op) => "tenant" in op,
  make: async () => `/connectors/${(await gateway.connector()).id}`,
  send: (path, op, headers) =>
    "approve" in op
      ? gateway.admin(`${path}/approve`, { method: "POST", headers })
      : gateway.admin(path, { method: "PATCH", body: op, headers }),
  shown: ({ name, tenant, status, settings }) => ({ name, tenant, status, settings }),
  apply: (state, { approve, ...members }) => {
    const settings = approve === true ? { staged: false } : members.settings;
    return {
      ...state,
      ...members,
      settings: { ...membersOf(state.settings), ...membersOf(settings) },
    };
  },
};

function membersOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

const CITY = aDeclaration({ name: "city" });

const ATTRIBUTES: Resource<Members> = {
  op: fc.record({
    attributes: fc
      .subarray(["a", "b", "c", "d"])
      .map((names) => names.map((name) => ({ ...CITY, name }))),
  }),
  make: async () => `/connectors/${(await gateway.connector()).id}/attributes`,
  send: (path, body, headers) => gateway.admin(path, { method: "PUT", body, headers }),
  shown: ({ attributes }) => ({ attributes }),
  apply: (_, op) => op,
};

const WEBHOOK: Resource<Members> = {
  op: fc.record(
    {
      name: fc.constantFrom("a", "b", null),
      url: fc.constantFrom("https://a.example/", "https://b.example/"),
      eventTypes: fc.constantFrom(["user.created"], ["user.deleted"], null),
      status: fc.constantFrom("active", "disabled"),
    },
    { requiredKeys: [] },
  ),
  make: async () => {
    const path = `/connectors/${(await gateway.connector()).id}/webhooks`;
    const { body } = await gateway.admin(path, { body: { url: "https://a.example/" } });
    return `${path}/${body.id}`;
  },
  send: (path, body, headers) => gateway.admin(path, { method: "PATCH", body, headers }),
  shown: ({ name, url, eventTypes, status, disabledReason }) => {
    return { name, url, eventTypes, status, disabledReason };
  },
  apply: (state, op) => {
    const next: Members = { ...state, ...op };
    return { ...next, disabledReason: next.status === "disabled" ? "administrator" : null };
  },
};

const SOURCE = { type: "okta", baseUrl: "https://example.okta.com" };

const BRIDGE: Resource<Members> = {
  op: fc.oneof(
    fc.record({ call: fc.constantFrom("pause", "resume") }),
    fc.record(
      {
        excluded: fc.subarray(["*@a.example", "*@b.example", "ou:/c"]),
        intervalSeconds: fc.integer({ min: 60, max: 99 }),
        paused: fc.boolean(),
      },
      { requiredKeys: ["excluded", "intervalSeconds"] },
    ),
  ),
  make: async () => {
    const { connector } = await TestBridge.open(new BridgeSource([]));
    return `/connectors/${connector.id}/bridge`;
  },
  send: (path, op, headers) =>
    "call" in op
      ? gateway.admin(`${path}/${op.call}`, { method: "POST", headers })
      : gateway.admin(path, { method: "PUT", body: { source: SOURCE, ...op }, headers }),
  shown: ({ excluded = [], intervalSeconds = 900, paused }) => ({
    excluded,
    intervalSeconds,
    paused,
  }),
  apply: (state, { call, ...members }) =>
    call === undefined ? { ...state, ...members } : { ...state, paused: call === "pause" },
  moves: ({ paused }, { call }) => call === undefined || (call === "pause") !== paused,
};

const RIVALS_MAX = 4;

describe("changes at the same time end as if they came one after the other:", () => {
  test.each([
    ["a connector's", CONNECTOR],
    ["its attributes'", ATTRIBUTES],
    ["a webhook's", WEBHOOK],
    ["a bridge's", BRIDGE],
  ])("%s", async (_, resource) => {
    const sent = fc.record({ op: resource.op, isConditional: fc.boolean() });
    const round = fc.array(sent, { minLength: 2, maxLength: RIVALS_MAX });
    const rounds = fc.array(round, { minLength: 1, maxLength: 4 });

    const property = fc.asyncProperty(rounds, async (chosen) => {
      const path = await resource.make();
      for (const each of chosen) await checkRound(resource, path, each);
    });

    await fc.assert(property, { numRuns: 20 });
  });
});

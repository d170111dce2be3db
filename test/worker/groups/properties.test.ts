import * as fc from "fast-check";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  type GroupClient,
  listOf,
  openGroups,
  parkedIn,
  removing,
} from "#test/support/scim/groups.ts";

const gateway = openGateway({ roundTripsMax: Number.POSITIVE_INFINITY });

const PEOPLE = 5;
const GROUPS = 2;

/** How a request names a person: by the id, once there is one, or by the externalId. */
type Name = { readonly person: number; readonly by: "id" | "externalId" };

/** One request of a run. */
type Action =
  | { readonly kind: "arrive" | "leave"; readonly person: number }
  | { readonly kind: "add" | "remove"; readonly group: number; readonly name: Name }
  | { readonly kind: "replace" | "put"; readonly group: number; readonly names: readonly Name[] };

const person = fc.nat(PEOPLE - 1);
const group = fc.nat(GROUPS - 1);

function aName(of: fc.Arbitrary<number>): fc.Arbitrary<Name> {
  return fc.record({ person: of, by: fc.constantFrom("id", "externalId") });
}

/** What may be asked about one person alone, whatever others ask at the same time. */
function anActionOn(of: fc.Arbitrary<number>): fc.Arbitrary<Action> {
  return fc.oneof(
    fc.record({ kind: fc.constantFrom("arrive", "leave"), person: of }),
    fc.record({ kind: fc.constantFrom("add", "remove"), group, name: aName(of) }),
  );
}

const anAction = fc.oneof(
  { weight: 3, arbitrary: anActionOn(person) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("replace", "put"),
      group,
      names: fc.array(aName(person), { maxLength: PEOPLE }),
    }),
  },
);

/** A connector with two groups, and what sets say should be in them. */
class Run {
  /** The people's ids, from their first arrival on: who comes back has the old one. */
  readonly ids: (string | undefined)[] = Array.from({ length: PEOPLE });
  readonly living = new Set<number>();
  /** Of each group its members' people, and the values that wait. */
  readonly expected = Array.from({ length: GROUPS }, () => ({
    members: new Set<number>(),
    waiting: new Set<string>(),
  }));

  constructor(
    readonly groups: GroupClient,
    readonly groupIds: readonly string[],
  ) {}

  /** Sends the request of an action, and does to the sets what it should do to the groups. */
  async play(action: Action): Promise<number> {
    switch (action.kind) {
      case "arrive":
        return await this.arrive(action.person);
      case "leave":
        return await this.leave(action.person);
      case "add":
        this.expectAdded(action.group, action.name);
        return await this.patch(action.group, adding(this.value(action.name)));
      case "remove":
        this.expectRemoved(action.group, action.name);
        return await this.patch(action.group, removing(this.value(action.name)));
      case "replace":
      case "put":
        return await this.replace(action);
    }
  }

  /** What is in the groups, in the words of `expected`. */
  async found() {
    return await Promise.all(
      this.groupIds.map(async (id) => ({
        members: (await this.groups.membersOf(id)).map((each) => this.ids.indexOf(each)).sort(),
        waiting: await parkedIn(id),
      })),
    );
  }

  /** What should be in the groups, sorted. */
  wanted() {
    return this.expected.map(({ members, waiting }) => ({
      members: [...members].sort(),
      waiting: [...waiting].sort(),
    }));
  }

  private async arrive(who: number): Promise<number> {
    const userName = `person-${who}`;
    const sent = aUser({ userName, externalId: `x${who}` });
    const { status, body } = await this.groups.client.post(sent);
    if (this.living.has(who)) return status === 409 ? 201 : status;
    this.ids[who] = body.id;
    this.living.add(who);
    for (const { members, waiting } of this.expected) {
      const values = [`x${who}`, body.id];
      if (values.some((value) => waiting.has(value))) members.add(who);
      for (const value of values) waiting.delete(value);
    }
    return status;
  }

  private async leave(who: number): Promise<number> {
    if (!this.living.delete(who)) return 204;
    for (const { members } of this.expected) members.delete(who);
    return (await this.groups.client.remove(this.ids[who] ?? "")).status;
  }

  private async replace(action: Extract<Action, { kind: "replace" | "put" }>): Promise<number> {
    const values = action.names.map((name) => this.value(name));
    const expected = this.expected[action.group];
    expected?.members.clear();
    expected?.waiting.clear();
    for (const name of action.names) this.expectAdded(action.group, name);
    const operation = { op: "replace", path: "members", value: listOf(values) };
    if (action.kind === "replace") return await this.patch(action.group, operation);
    const body = aGroup({ displayName: `group-${action.group}`, members: listOf(values) });
    const answer = await this.groups.put(this.groupIds[action.group] ?? "", body);
    return answer.status === 200 ? 204 : answer.status;
  }

  private async patch(at: number, operation: object): Promise<number> {
    return (await this.groups.patch(this.groupIds[at] ?? "", aPatch(operation))).status;
  }

  private value({ person: who, by }: Name): string {
    return (by === "id" ? this.ids[who] : undefined) ?? `x${who}`;
  }

  private expectAdded(at: number, name: Name): void {
    if (this.living.has(name.person)) this.expected[at]?.members.add(name.person);
    else this.expected[at]?.waiting.add(this.value(name));
  }

  private expectRemoved(at: number, name: Name): void {
    if (this.living.has(name.person)) this.expected[at]?.members.delete(name.person);
    this.expected[at]?.waiting.delete(this.value(name));
  }
}

async function aRun(): Promise<Run> {
  const groups = await openGroups(gateway);
  const ids: string[] = [];
  for (let at = 0; at < GROUPS; at += 1) {
    ids.push((await groups.post(aGroup({ displayName: `group-${at}` }))).body.id);
  }
  return new Run(groups, ids);
}

test("whatever is asked in whatever order, groups hold what sets would hold", async () => {
  const property = fc.asyncProperty(fc.array(anAction, { maxLength: 25 }), async (actions) => {
    const run = await aRun();

    const statuses: number[] = [];
    for (const action of actions) statuses.push(await run.play(action));

    expect(statuses.filter((status) => status !== 201 && status !== 204)).toEqual([]);
    expect(await run.found()).toEqual(run.wanted());
  });

  await fc.assert(property, { numRuns: 40 });
  expect(await contradictions()).toEqual([]);
});

test("requests about different people at the same time end as if they came one after the other", async () => {
  const lanes = fc.tuple(
    ...Array.from({ length: PEOPLE }, (_, who) =>
      fc.array(anActionOn(fc.constant(who)), { maxLength: 8 }),
    ),
  );
  const property = fc.asyncProperty(lanes, async (actions) => {
    const run = await aRun();
    const play = async (lane: readonly Action[]) => {
      const statuses: number[] = [];
      for (const action of lane) statuses.push(await run.play(action));
      return statuses;
    };

    const statuses = (await Promise.all(actions.map(play))).flat();

    expect(statuses.filter((status) => status !== 201 && status !== 204)).toEqual([]);
    expect(await run.found()).toEqual(run.wanted());
  });

  await fc.assert(property, { numRuns: 25 });
  expect(await contradictions()).toEqual([]);
});

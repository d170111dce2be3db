import fc from "fast-check";
import { expect, test } from "vitest";
import { HOLDERS_MAX } from "#scim/provision/rehire.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, openGateway } from "#test/support/gateway.ts";

// The kind: an id is never given to somebody who is not the same person (docs/conformance.md, "Create").

/** A body of a POST or PUT, of few names, externalIds, addresses and so on, so that they overlap. */
interface Person {
  readonly userName: string;
  readonly externalId?: string;
  readonly emails?: readonly { readonly value: string; readonly primary: true }[];
  readonly name?: { readonly givenName: string; readonly familyName: string };
  readonly [ENTERPRISE_USER]?: { readonly employeeNumber: string };
  readonly active?: boolean;
}

const few = (prefix: string) => fc.constantFrom(`${prefix}1`, `${prefix}2`);
const person: fc.Arbitrary<Person> = fc.record(
  {
    userName: fc.constantFrom("john@a", "john@b", "JOHN@A", "joan@a"),
    externalId: few("e"),
    emails: few("m").map((value) => [{ value, primary: true as const }]),
    name: fc.record({ givenName: few("g"), familyName: fc.constant("f") }),
    [ENTERPRISE_USER]: fc.record({ employeeNumber: few("n") }),
    active: fc.boolean(),
  },
  { requiredKeys: ["userName"] },
);

type Step =
  | { readonly kind: "POST"; readonly person: Person }
  | { readonly kind: "Bulk"; readonly people: readonly Person[] }
  | { readonly kind: "PUT"; readonly seat: number; readonly person: Person }
  | { readonly kind: "PATCH"; readonly seat: number; readonly person: Partial<Person> }
  | { readonly kind: "DELETE"; readonly seat: number };

const seat = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: person.map((each): Step => ({ kind: "POST", person: each })) },
  fc
    .array(person, { minLength: 2, maxLength: 3 })
    .map((people): Step => ({ kind: "Bulk", people })),
  fc.tuple(seat, person).map(([at, each]): Step => ({ kind: "PUT", seat: at, person: each })),
  fc
    .tuple(seat, person, fc.constantFrom("userName", "externalId", "emails", "active"))
    .map(([at, each, name]): Step => {
      const members = name in each ? { [name]: each[name] } : { active: false };
      return { kind: "PATCH", seat: at, person: members };
    }),
  fc
    .tuple(seat, fc.boolean())
    .map(([at, active]): Step => ({ kind: "PATCH", seat: at, person: { active } })),
  { weight: 3, arbitrary: seat.map((at): Step => ({ kind: "DELETE", seat: at })) },
);

/** A user as the directory should have it. */
interface Known {
  readonly id: string;
  readonly person: Person;
  readonly isDeleted: boolean;
}

/** The ids that a POST may be answered: one of those known, "new" or "409". */
function allowedFor(sent: Person, known: readonly Known[], isUnique: boolean): readonly string[] {
  const sharing = known.filter(
    ({ person: { externalId } }) => externalId !== undefined && externalId === sent.externalId,
  );
  const isGone = ({ isDeleted, person: { active } }: Known) => isDeleted || active === false;
  const isNamesake = ({ person: { userName } }: Known) =>
    userName.toLowerCase() === sent.userName.toLowerCase();
  const holder = known.find((each) => !each.isDeleted && isNamesake(each));
  const isBlocked = (id: string) =>
    isUnique && sharing.some((each) => !each.isDeleted && each.id !== id);
  if (holder !== undefined) {
    const ids = new Set([holder.person.externalId ?? sent.externalId, sent.externalId]);
    const contradicts = sent.externalId !== undefined && ids.size > 1;
    return !isGone(holder) || contradicts || isBlocked(holder.id) ? ["409"] : [holder.id];
  }
  const gone = sharing.filter(isGone);
  const namesakes = gone.filter(isNamesake);
  // So many tell nothing of a person; and a namesake beyond them is not looked for.
  const isCommon = sharing.length > HOLDERS_MAX;
  const same = isCommon ? [] : gone.filter(({ person: each }) => isSame(each, sent));
  const found = namesakes.length > 0 ? namesakes : same.length === 1 ? same : [];
  if (found.length === 0) return [isBlocked("new") ? "409" : "new"];
  const unseen = isCommon ? [isBlocked("new") ? "409" : "new"] : [];
  return [...found.map(({ id }) => (isBlocked(id) ? "409" : id)), ...unseen];
}

function isSame(a: Person, b: Person): boolean {
  const facts = (each: Person) => [
    each.emails?.[0]?.value,
    each[ENTERPRISE_USER]?.employeeNumber,
    each.name && `${each.name.givenName} ${each.name.familyName}`,
  ];
  const others = facts(b);
  return facts(a).some((fact, at) => fact !== undefined && fact === others[at]);
}

test("an id is never given to somebody who is not the same person", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 12 }),
      fc.boolean(),
      async (steps, uniqueExternalId) => {
        // Two isolates in turn: what each remembers is often wrong.
        const isolates = [
          openGateway({ roundTripsMax: 20 }),
          openGateway({ roundTripsMax: 20 }),
        ] as const;
        const { token } = await isolates[0].connector({ settings: { uniqueExternalId } });
        const known = new Map<string, Known>();
        for (const [turn, each] of steps.entries()) {
          const gateway = isolates[turn % 2] ?? isolates[0];
          await play(each, {
            known,
            uniqueExternalId,
            call: (path, method, body) =>
              gateway.scim(path, { token, method, ...(body && { body }) }),
          });
        }
      },
    ),
    { numRuns: 150 },
  );

  expect(await contradictions()).toEqual([]);
});

interface Play {
  readonly known: Map<string, Known>;
  readonly uniqueExternalId: boolean;
  readonly call: (
    path: string,
    method: string,
    body?: object,
  ) => ReturnType<ReturnType<typeof openGateway>["scim"]>;
}

async function play(each: Step, { known, uniqueExternalId, call }: Play): Promise<void> {
  const judge = (sent: Person, status: number, id: string | undefined) => {
    const allowed = allowedFor(sent, [...known.values()], uniqueExternalId);
    const got = status !== 201 ? String(status) : id && known.has(id) ? id : "new";
    expect(allowed, JSON.stringify([sent, [...known.values()]])).toContain(got);
    if (status === 201 && id !== undefined) {
      known.delete(id);
      known.set(id, { id, person: { active: true, ...sent }, isDeleted: false });
    }
  };
  if (each.kind === "POST") {
    const { status, body } = await call("/Users", "POST", each.person);
    judge(each.person, status, body.id);
    return;
  }
  if (each.kind === "Bulk") {
    const Operations = each.people.map((data, at) => {
      return { method: "POST", path: "/Users", bulkId: `b${at}`, data };
    });
    const { body } = await call("/Bulk", "POST", { Operations });
    for (const [at, sent] of each.people.entries()) {
      const { status, location } = body.Operations[at];
      judge(sent, Number(status), location?.slice(-36));
    }
    return;
  }
  const target = [...known.values()].filter(({ isDeleted }) => !isDeleted)[each.seat];
  if (target === undefined) return;
  const path = `/Users/${target.id}`;
  if (each.kind === "DELETE") {
    await call(path, "DELETE");
    known.set(target.id, { ...target, isDeleted: true });
    return;
  }
  const change = each.kind === "PUT" ? each.person : aPatch({ op: "replace", value: each.person });
  const { status } = await call(path, each.kind, change);
  if (status !== 200) return;
  const { body } = await call(path, "GET");
  known.set(target.id, { ...target, person: body });
}

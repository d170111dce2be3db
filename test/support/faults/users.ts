import { aPatch, aUser } from "#test/support/gateway.ts";
import type { Step } from "./life.ts";

const OWN = { path: "/Users/{id}" };
const POST = { method: "POST", path: "/Users" };
const DELETE = { ...OWN, method: "DELETE" };

/** The chapters of a life: every write that a user can meet, each with what it has to be answered. */
export function userChapters(seed: number): readonly (readonly Step[])[] {
  const user = userOf(seed);
  const [created, restored] = [renamed(seed), raising("user.restored")];
  return [
    [
      { ...patch({ title: "Engineer" }), ...raising("user.updated") },
      { ...patch({ title: "Engineer" }), status: 200 },
      { ...POST, body: user, status: 409 },
      { ...POST, body: aUser({ externalId: `e-${seed}` }), status: 409 },
    ],
    [
      { ...patch({ userName: created.userName }), ...raising("user.updated") },
      { ...patch({ emails: created.emails }), ...raising("user.updated") },
      { ...OWN, method: "PUT", body: { ...user, title: "Boss" }, ...raising("user.updated") },
    ],
    [
      { ...patch({ active: false }), ...raising("user.deactivated") },
      { ...patch({ active: true }), ...raising("user.reactivated") },
      { ...patch({ active: false }), ...raising("user.deactivated") },
      // A leaver who is created again is the user of before.
      { ...POST, body: user, ...raising("user.reactivated"), status: 201 },
    ],
    [
      { ...DELETE, ...raising("user.deleted"), status: 204 },
      { ...DELETE, status: 404 },
      { ...patch({ title: "Ghost" }), status: 404 },
      { ...OWN, method: "PUT", body: user, status: 404 },
      { ...POST, body: created, ...restored, status: 201 },
    ],
  ];
}

/** The first step of every life. */
export function firstStep(seed: number): Step {
  return { ...POST, body: userOf(seed), ...raising("user.created"), status: 201, names: "id" };
}

/** The last steps of the lives that end with a deletion. */
export const LAST_STEPS: readonly Step[] = [
  { ...DELETE, ...raising("user.deleted"), status: 204 },
  { ...DELETE, status: 404 },
];

function userOf(seed: number) {
  const userName = `seed-${seed}`;
  const emails = [{ value: `${userName}@example.com` }, { value: `${userName}@home.example` }];
  // By the name, who comes back under another userName is told to be the same person.
  const name = { givenName: "Seed", familyName: String(seed) };
  return aUser({ userName, externalId: `e-${seed}`, emails, name });
}

function renamed(seed: number) {
  const userName = `renamed-${seed}`;
  return { ...userOf(seed), userName, emails: [{ value: `${userName}@example.com` }] };
}

function raising(change: string) {
  return { status: 200, raises: [change] };
}

function patch(value: object) {
  return { ...OWN, method: "PATCH", body: aPatch({ op: "replace", value }) };
}

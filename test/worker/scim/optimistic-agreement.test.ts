import fc from "fast-check";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, filterQuery, openGateway } from "#test/support/gateway.ts";

/** Few names and few users, so that what is remembered is often wrong. */
const name = fc.constantFrom("n0", "n1", "n2");
const seat = fc.nat({ max: 2 });

interface Step {
  readonly method: string;
  /** The path behind the base URL of SCIM, or behind the connector in the admin API. */
  readonly path: (ids: readonly string[]) => string;
  readonly body?: (ids: readonly string[]) => object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isAdmin?: true;
}

/** Changes one of the users that are there, whose ids stand at their seats. */
function userStep(at: number, method: string, body?: object): Step {
  return { method, path: (ids) => `/Users/${ids[at]}`, ...(body && { body: () => body }) };
}

const patched = (value: object) => aPatch({ op: "replace", value });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, fc.option(name), fc.option(name)).map(([userName, externalId, mail]): Step => {
    const emails = mail === null ? [] : [{ value: `${mail}@b.c`, primary: true }];
    const body = { userName, emails, ...(externalId !== null && { externalId }) };
    return { method: "POST", path: () => "/Users", body: () => body };
  }),
  fc
    .tuple(seat, fc.constantFrom("userName", "externalId", "title", "unknown"), name)
    .map(([at, attribute, value]) => userStep(at, "PATCH", patched({ [attribute]: value }))),
  fc
    .tuple(seat, name, fc.option(fc.constantFrom("*", 'W/"1"', 'W/"2", W/"3"')))
    .map(([at, title, tags]) => ({
      ...userStep(at, "PATCH", patched({ title, unknown: title })),
      ...(tags !== null && { headers: { "If-Match": tags } }),
    })),
  fc.tuple(seat, fc.boolean()).map(([at, active]) => userStep(at, "PATCH", patched({ active }))),
  fc.tuple(seat, name).map(([at, userName]) => userStep(at, "PUT", { userName })),
  seat.map((at) => userStep(at, "DELETE")),
  seat.map((at) => userStep(at, "GET")),
  name.map((userName): Step => {
    return { method: "GET", path: () => `/Users${filterQuery(`userName eq "${userName}"`)}` };
  }),
  fc.tuple(seat, fc.constantFrom("add", "remove")).map(([at, op]): Step => {
    const body = (ids: readonly string[]) => {
      return aPatch({ op, path: "members", value: [{ value: ids[at] }] });
    };
    return { method: "PATCH", path: (ids) => `/Groups/${ids[3]}`, body };
  }),
  fc
    .record(
      {
        strict: fc.boolean(),
        reprovision: fc.constantFrom("restore", "conflict"),
        deletion: fc.constantFrom("soft", "hard", "deactivate"),
        uniqueExternalId: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((settings): Step => {
      return { method: "PATCH", path: () => "", body: () => ({ settings }), isAdmin: true };
    }),
  fc.constantFrom("active", "disabled").map((status): Step => {
    return { method: "PATCH", path: () => "", body: () => ({ status }), isAdmin: true };
  }),
);

type Gateway = ReturnType<typeof openGateway>;

/** Takes the steps in a new connector, each through the gateway of its turn, and tells what was answered. */
async function answersTo(made: readonly Step[], gatewayAt: (turn: number) => Gateway) {
  const setUp = gatewayAt(0);
  const { id, token } = await setUp.connector();
  const post = async (path: string, body: object) =>
    (await setUp.scim(path, { token, body })).body.id as string;
  const ids = [
    await post("/Users", { userName: "n0", externalId: "n0" }),
    await post("/Users", { userName: "n1" }),
    crypto.randomUUID(),
  ];
  ids.push(await post("/Groups", { displayName: "g" }));
  const answers: unknown[] = [];
  for (const [turn, { method, path, body, headers, isAdmin }] of made.entries()) {
    const gateway = gatewayAt(turn);
    const request = { method, ...(body && { body: body(ids) }), ...(headers && { headers }) };
    const answer = isAdmin
      ? await gateway.admin(`/connectors/${id}`, request)
      : await gateway.scim(path(ids), { token, ...request });
    const { status, body: shown } = answer;
    answers.push(isAdmin ? status : { status, body: sameForAll(shown, ids) });
  }
  const log = await setUp.admin(`/connectors/${id}/events?limit=100`);
  return { answers, log: sameForAll(log.body.items.map(logged), ids) };
}

/** An answer without what differs by nature: ids that were not there from the start, and times. */
function sameForAll(value: unknown, ids: readonly string[]): unknown {
  const text = JSON.stringify(value ?? null)
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => `#${ids.indexOf(id)}`)
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "then");
  return JSON.parse(text);
}

function logged(event: Readonly<Record<string, unknown>>): unknown {
  const { method, status, scimType, userName, warnings, difference } = event;
  return { method, status, scimType, userName, warnings, difference };
}

/** Isolates that look first: each request meets a fresh one, or optimistic writes are switched off. */
const looking = fc.constantFrom<() => () => Gateway>(
  () => () => openGateway(),
  () => {
    const gateway = openGateway({ optimisticWrites: "off" });
    return () => gateway;
  },
);

test("isolates that remember answer and log what isolates that look first do", async () => {
  const played = fc.array(steps, { minLength: 2, maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(played, looking, async (made, openLooking) => {
      const remembering = [openGateway(), openGateway()] as const;

      const optimistic = await answersTo(made, (turn) => remembering[turn % 2] ?? remembering[0]);
      const looked = await answersTo(made, openLooking());

      expect(optimistic).toEqual(looked);
    }),
    { numRuns: 80 },
  );

  expect(await contradictions()).toEqual([]);
});

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { type Fault, faultyDatabase } from "#test/support/faulty-d1.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  type GroupClient,
  listOf,
  openGroups,
  removing,
} from "#test/support/groups.ts";
import { seededRandom } from "#test/support/random.ts";

const SEEDS = 60;

/** Five attempts are made, so a run of faults of this length is survived. */
const FAULTS_IN_A_ROW_MAX = 4;

/** Faults by seed, half of them after the commit; no more in a row than the write path survives. */
function seededFaults(random: () => number): () => Fault {
  let inARow = 0;
  return () => {
    const fails = random() < 0.5 && inARow < FAULTS_IN_A_ROW_MAX;
    inARow = fails ? inARow + 1 : 0;
    if (!fails) return undefined;
    return random() < 0.5 ? "before" : "after";
  };
}

/** What each request is answered, and what the feed then tells, in the order of the alphabet. */
const STATUSES = [201, 204, 201, 204, 204, 200];
const HISTORY = [
  "group.created v1",
  "group.member_added v1 ada",
  "group.member_added v2 bob",
  "group.member_added v3 late",
  "group.member_added v4 cyd",
  "group.member_added v5 ada",
  "group.member_removed v4 ada",
  "group.member_removed v5 cyd",
  "group.member_removed v5 late",
];

interface Staff {
  readonly groups: GroupClient;
  readonly ada: string;
  readonly bob: string;
  readonly cyd: string;
}

/** One group's life against a D1 that fails by seed: what its requests were answered, and its changes. */
async function life({ groups, ada, bob, cyd }: Staff, seed: number) {
  const random = seededRandom(seed);
  const db = faultyDatabase(env.DB, seededFaults(random));
  const roundTripsMax = Number.POSITIVE_INFINITY;
  const { scim } = openGateway({ db, clock: { random }, roundTripsMax });
  const send = (path: string, body?: unknown, method = "POST") =>
    scim(path, { token: groups.client.token, method, body });
  const body = aGroup({ displayName: `Group ${seed}`, members: listOf([ada, `late-${seed}`]) });
  const created = await send("/Groups", body);
  const path = `/Groups/${created.body.id}`;
  const answers = [
    created,
    await send(path, aPatch(adding(bob)), "PATCH"),
    await send("/Users", aUser({ externalId: `late-${seed}` })),
    await send(path, aPatch(removing(ada), adding(cyd)), "PATCH"),
    await send(path, aPatch(adding(cyd)), "PATCH"),
    await send(path, { ...body, members: listOf([ada, bob]) }, "PUT"),
    ...(isDeleted(seed) ? [await send(path, undefined, "DELETE")] : []),
  ];
  const people = { [ada]: "ada", [bob]: "bob", [cyd]: "cyd", [answers[2]?.body.id]: "late" };
  const changes = await changesOf(created.body.id);
  return {
    statuses: answers.map(({ status }) => status),
    history: changes.map((line) => line.replace(/\S+$/, (id) => people[id] ?? id)).sort(),
  };
}

function isDeleted(seed: number): boolean {
  return seed % 2 === 0;
}

function expectedLife(seed: number) {
  if (!isDeleted(seed)) return { statuses: STATUSES, history: HISTORY };
  const history = [...HISTORY, "group.deleted v6"].sort();
  return { statuses: [...STATUSES, 204], history };
}

test("a D1 that fails before or after commits loses and doubles no member", async () => {
  const groups = await openGroups(openGateway());
  const [ada = "", bob = "", cyd = ""] = await groups.users(3);

  const lives: Awaited<ReturnType<typeof life>>[] = [];
  for (let seed = 0; seed < SEEDS; seed += 1) {
    lives.push(await life({ groups, ada, bob, cyd }, seed));
  }

  expect(lives).toEqual(lives.map((_, seed) => expectedLife(seed)));
  const list = await groups.client.call("/Groups?count=0");
  expect(list.body.totalResults).toBe(SEEDS / 2);
  expect(await contradictions()).toEqual([]);
});

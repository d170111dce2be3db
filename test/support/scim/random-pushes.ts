import { aPatch, aUser } from "#test/support/gateway.ts";
import { adding, aGroup, type GroupClient, listOf, removing } from "./groups.ts";

/** Plays requests that a provisioning client could send, chosen by chance, against what it made before. */
export function randomPushes(groups: GroupClient, random: () => number) {
  const { client } = groups;
  const users: string[] = [];
  const teams: string[] = [];
  let made = 0;
  const one = (ids: readonly string[]) => ids[Math.floor(random() * ids.length)] ?? "none";
  const some = (ids: readonly string[]) => ids.filter(() => random() < 0.3).slice(0, 8);
  const text = () => `text ${Math.floor(random() * 1_000)}`;
  const nameOf = (externalId: string) => ({ givenName: externalId, familyName: "Known" });
  const forget = (ids: string[], id: string) => void ids.splice(ids.indexOf(id), 1);

  const pushes: readonly [number, () => Promise<unknown>][] = [
    [
      6,
      async () => {
        made += 1;
        const externalId = `e${made}`;
        const user = aUser({ externalId, name: nameOf(externalId), displayName: text() });
        users.push((await client.post(user)).body.id);
      },
    ],
    [2, async () => teams.push(await groups.group(...some(users)))],
    [6, () => client.patch(one(users), aPatch({ op: "replace", path: "title", value: text() }))],
    [
      3,
      () =>
        client.patch(one(users), aPatch({ op: "replace", path: "active", value: random() < 0.5 })),
    ],
    [2, () => client.patch(one(users), aPatch({ op: "remove", path: "title" }))],
    [3, () => client.put(one(users), aUser({ nickName: text(), externalId: `p${made}` }))],
    [
      2,
      async () => {
        const id = one(users);
        await client.remove(id);
        if (users.includes(id)) forget(users, id);
      },
    ],
    // Whoever was deleted comes back under the externalId and the same name.
    [
      2,
      async () => {
        const externalId = `e${Math.ceil(random() * made)}`;
        const user = aUser({ externalId, name: nameOf(externalId) });
        const { status, body } = await client.post(user);
        if (status === 201 && !users.includes(body.id)) users.push(body.id);
      },
    ],
    [5, () => groups.patch(one(teams), aPatch(adding(one(users), ...some(users))))],
    [3, () => groups.patch(one(teams), aPatch(removing(one(users))))],
    [1, () => groups.patch(one(teams), aPatch(adding(one(teams))))],
    [2, () => groups.patch(one(teams), aPatch({ op: "replace", value: { displayName: text() } }))],
    [2, () => groups.put(one(teams), aGroup({ members: listOf(some(users)) }))],
    [
      1,
      async () => {
        const id = one(teams);
        await groups.remove(id);
        if (teams.includes(id)) forget(teams, id);
      },
    ],
  ];
  const total = pushes.reduce((sum, [weight]) => sum + weight, 0);

  /** Sends one request. */
  return async (): Promise<void> => {
    let left = random() * total;
    for (const [weight, push] of pushes) {
      left -= weight;
      if (left < 0) {
        await push();
        return;
      }
    }
  };
}

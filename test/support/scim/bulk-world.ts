import type { BulkDecision, BulkWorld } from "#scim/bulk/perform.ts";
import type { CommitOutcome, Directory, ResourceChange, ResourceRecord } from "#scim/ports.ts";
import { keysOf, keyText } from "#scim/resource/key.ts";
import { USER } from "#scim/schema/registry.ts";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";

/** A directory of users in memory that keeps their keys unique, and notes the size of each commit. */
export function aBulkWorld(options: { readonly beforeCommit?: (n: number) => void } = {}) {
  const holders = new Map<string, ResourceRecord>();
  const commits: number[] = [];
  let lastId = 0;

  const commitAll = async (decisions: readonly BulkDecision[]): Promise<CommitOutcome> => {
    const changes = decisions.flatMap((decision) => decision.changes);
    commits.push(changes.length);
    options.beforeCommit?.(commits.length);
    const before = new Map(holders);
    for (const change of changes) {
      const outcome = store(change);
      if (outcome.kind === "committed") continue;
      holders.clear();
      for (const [key, record] of before) holders.set(key, record);
      return outcome;
    }
    return { kind: "committed" };
  };

  const store = (change: ResourceChange): CommitOutcome => {
    const { after } = change;
    if (change.kind !== "create") {
      if (holders.get(`id ${after.id}`) !== change.before) return { kind: "versionChanged" };
      for (const key of keysOf(USER, change.before)) holders.delete(keyText(key));
    }
    if (after.deletedAt !== undefined) return { kind: "committed" };
    const taken = keysOf(USER, after).find((key) => holders.has(keyText(key)));
    if (taken !== undefined) return { kind: "uniqueness", key: taken.key };
    for (const key of keysOf(USER, after)) holders.set(keyText(key), after);
    return { kind: "committed" };
  };

  const users = (position: number): Directory => ({
    type: USER,
    now: 0,
    newId: () => {
      lastId += 1;
      return `id-${lastId}`;
    },
    settings: async () => ({ ...DEFAULT_SETTINGS, type: USER }),
    read: async (id) => holders.get(`id ${id}`),
    candidates: async ({ nameKey }) => [holders.get(`name ${nameKey}`) ?? []].flat(),
    commit: (changes, warnings) => commitAll([{ position, changes, warnings }]),
    pause: async () => {},
  });

  const world: BulkWorld = {
    users,
    groups: () => {
      throw new Error("This world has no groups.");
    },
    find: async (keys) =>
      new Map(
        keys.flatMap((key): [string, readonly ResourceRecord[]][] => {
          const holder = holders.get(keyText(key));
          return holder === undefined ? [] : [[keyText(key), [holder]]];
        }),
      ),
    commitAll,
  };

  /** The document of whoever has a userName. */
  const named = (userName: string): Record<string, unknown> | undefined => {
    const holder = holders.get(`name ${userName}`);
    return holder && JSON.parse(holder.documentText);
  };

  return { world, commits, named };
}

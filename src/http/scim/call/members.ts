import type { MemberDirectory } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import {
  allMembers,
  groupWithNamed,
  membersToChoose,
  parkedCount,
} from "#store/directory/members.ts";
import { SCAN_STEPS_MAX, SMALL_SCAN_STEPS } from "#store/directory/scan-cost.ts";
import { bothQueries, type Query, type Scope } from "#store/query.ts";
import type { ScimCall } from "./call.ts";
import { noteFound } from "./directory.ts";

/** What the store knows of the members of the caller's groups. */
export function membersOf(call: ScimCall): MemberDirectory {
  const { caller } = call;
  let parked: number | undefined;
  // The count of parked values travels with a look-up that a further round trip would follow.
  const withParked = async <T>(build: (db: Database, scope: Scope) => Query<T>): Promise<T> => {
    const both = (db: Database, scope: Scope) =>
      bothQueries(build(db, scope), parkedCount(db, scope));
    const [value, count] = await caller.ask(both);
    parked = count;
    return value;
  };
  return {
    readGroup: async (id, named, choosing) => {
      const build = (db: Database, scope: Scope) => groupWithNamed(db, scope, id, named);
      if (id !== undefined && choosing !== undefined) {
        const [found, members] = await caller.ask((db, scope) =>
          bothQueries(build(db, scope), membersToChoose(db, scope, id, choosing, SMALL_SCAN_STEPS)),
        );
        noteFound(call, found.group);
        return { ...found, members };
      }
      const found = await (id === undefined ? withParked(build) : caller.ask(build));
      noteFound(call, found.group);
      return found;
    },
    allMembers: (id) => withParked((db, scope) => allMembers(db, scope, id)),
    choice: {
      baseUrl: call.facts.baseUrl,
      members: (id, options) =>
        caller.inTurn(() =>
          caller.ask((db, scope) => membersToChoose(db, scope, id, options, SCAN_STEPS_MAX)),
        ),
    },
    parkedCount: async () => parked ?? (await caller.ask(parkedCount)),
  };
}

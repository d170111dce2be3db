import { v7 as uuidv7 } from "uuid";
import type { Answer } from "#http/response/answer.ts";
import type { ResourceType } from "#scim/attribute.ts";
import type { Directory, MemberDirectory, ResourceChange } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import {
  allMembers,
  groupWithNamed,
  membersToChoose,
  parkedCount,
} from "#store/directory/members.ts";
import { SCAN_STEPS_MAX, SMALL_SCAN_STEPS } from "#store/directory/scan-cost.ts";
import { bothQueries, type Query, type Scope } from "#store/query.ts";
import { resourceById, resourceCandidates } from "#store/resources.ts";
import type { ScimCall } from "./scim-call.ts";

/** The caller's resources of a type; `answerTo` renders the answer that a change will get. */
export function directoryOf(
  call: ScimCall,
  type: ResourceType,
  answerTo: (change: ResourceChange) => Answer,
): Directory {
  return {
    type,
    now: call.facts.startedAt,
    newId: () => uuidv7(),
    settings: async () => ({ ...(await call.settings()), type: call.types[type.name] }),
    read: async (id) =>
      call.noted(await call.ask((db, scope) => resourceById(db, scope, type.name, id))),
    candidates: (keys) => call.ask((db, scope) => resourceCandidates(db, scope, type.name, keys)),
    commit: (changes, warnings) => call.commit(type, changes, warnings, answerTo),
    pause: (attempt) => call.pause(attempt),
  };
}

/** What the store knows of the members of the caller's groups. */
export function membersOf(call: ScimCall): MemberDirectory {
  let parked: number | undefined;
  // The count of parked values travels with a look-up that a further round trip would follow.
  const withParked = async <T>(build: (db: Database, scope: Scope) => Query<T>): Promise<T> => {
    const both = (db: Database, scope: Scope) =>
      bothQueries(build(db, scope), parkedCount(db, scope));
    const [value, count] = await call.ask(both);
    parked = count;
    return value;
  };
  return {
    readGroup: async (id, named, choosing) => {
      const build = (db: Database, scope: Scope) => groupWithNamed(db, scope, id, named);
      if (id !== undefined && choosing !== undefined) {
        const [found, members] = await call.ask((db, scope) =>
          bothQueries(build(db, scope), membersToChoose(db, scope, id, choosing, SMALL_SCAN_STEPS)),
        );
        call.noted(found.group);
        return { ...found, members };
      }
      const found = await (id === undefined ? withParked(build) : call.ask(build));
      call.noted(found.group);
      return found;
    },
    allMembers: (id) => withParked((db, scope) => allMembers(db, scope, id)),
    choice: {
      baseUrl: call.baseUrl,
      members: (id, options) =>
        call.inTurn(() =>
          call.ask((db, scope) => membersToChoose(db, scope, id, options, SCAN_STEPS_MAX)),
        ),
    },
    parkedCount: async () => parked ?? (await call.ask(parkedCount)),
  };
}

import { v7 as uuidv7 } from "uuid";
import type { Directory, MemberDirectory, ResourceChange } from "#scim/ports.ts";
import type { ResourceType } from "#scim/schema/attribute.ts";
import type { Database } from "#store/database.ts";
import { allMembers, groupWithNamed, parkedCount } from "#store/members.ts";
import { bothQueries, type Query, type Scope } from "#store/query.ts";
import { resourceById, resourceCandidates } from "#store/resources.ts";
import type { Answer } from "./answer.ts";
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
    readGroup: async (id, named) => {
      const build = (db: Database, scope: Scope) => groupWithNamed(db, scope, id, named);
      const found = await (id === undefined ? withParked(build) : call.ask(build));
      call.noted(found.group);
      return found;
    },
    allMembers: (id) => withParked((db, scope) => allMembers(db, scope, id)),
    parkedCount: async () => parked ?? (await call.ask(parkedCount)),
  };
}

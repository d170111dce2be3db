import type { Answer } from "#http/response/answer.ts";
import type { Directory, OptimisticBasis, ResourceChange, ResourceRecord } from "#scim/ports.ts";
import { USER } from "#scim/schema/registry.ts";
import type { Assumption } from "#store/commit/optimistic.ts";
import type { Access } from "#store/directory/access.ts";
import { directoryOf } from "./directory.ts";
import type { ScimCall } from "./scim-call.ts";

/**
 * The caller's users, with what this isolate remembers of them: a write decided on that takes one round
 * trip. One that was decided wrongly learns in the same round trip what a look would have told it.
 */
export function guessingDirectory(
  call: ScimCall,
  answerTo: (change: ResourceChange) => Answer,
): Directory {
  const plain = directoryOf(call, USER, answerTo);
  /** What a commit found in place of what was remembered: it stands in for the next look, once. */
  let seen: readonly ResourceRecord[] | undefined;
  const takeSeen = () => {
    const taken = seen;
    seen = undefined;
    return taken;
  };
  const guess = <T>(access: Access, remembered: T, assumption: Assumption): OptimisticBasis<T> => ({
    remembered,
    terms: { ...access.settings, type: access.types.User },
    commit: (change, warnings) =>
      call.storeGuess({ access, type: USER, change, warnings, assumption, answerTo }, (found) => {
        seen = found;
      }),
  });
  return {
    ...plain,
    read: async (id) => {
      const found = takeSeen();
      return found === undefined ? await plain.read(id) : call.noted(found[0]);
    },
    candidates: async (keys) => takeSeen() ?? (await plain.candidates(keys)),
    assumeUnchanged: (id) => {
      const access = call.rememberedAccess;
      const record = access && call.rememberedUser(access, id);
      if (access === undefined || record === undefined) return undefined;
      return guess(access, record, { kind: "unchanged", record });
    },
    assumeNobody: (keys) => {
      const access = call.rememberedAccess;
      if (access === undefined) return undefined;
      return guess(access, undefined, { kind: "nobody", type: USER.name, keys });
    },
  };
}

import { v7 as uuidv7 } from "uuid";
import type { Answer } from "#http/response/answer.ts";
import type { ResourceType } from "#scim/attribute.ts";
import type {
  CommitOutcome,
  Directory,
  OptimisticBasis,
  ResourceChange,
  ResourceRecord,
} from "#scim/ports.ts";
import { USER } from "#scim/schema/registry.ts";
import { commitChanges } from "#store/commit/commit.ts";
import {
  type Assumption,
  commitOptimistic,
  type OptimisticOutcome,
} from "#store/commit/optimistic.ts";
import { databaseOf } from "#store/databases.ts";
import type { Access } from "#store/directory/access.ts";
import { resourceById, resourceCandidates } from "#store/resources.ts";
import type { Brake, ChangeToCommit } from "#store/write.ts";
import type { ScimCall } from "./call.ts";

/** Renders the answer that a change will get, for the row of the log that goes in with it. */
type AnswerTo = (change: ResourceChange) => Answer;

/** The caller's resources of a type, in which a write looks first and then commits: two round trips. */
export function directoryOf(call: ScimCall, type: ResourceType, answerTo: AnswerTo): Directory {
  const { caller } = call;
  return {
    type,
    now: call.facts.startedAt,
    newId: () => uuidv7(),
    settings: async () => ({ ...(await caller.settings()), type: caller.types[type.name] }),
    read: async (id) =>
      noteFound(call, await caller.ask((db, scope) => resourceById(db, scope, type.name, id))),
    candidates: (keys) => caller.ask((db, scope) => resourceCandidates(db, scope, type.name, keys)),
    commit: async (changes, warnings) => {
      const rows = changes.map((change) => withRow(call, type, change, warnings, answerTo));
      const outcome = await store(call, rows);
      if (outcome.kind === "committed") {
        call.log.stored();
        for (const { after } of changes) caller.remember(after);
      }
      return outcome;
    },
    pause: (attempt) => pause(call, attempt),
  };
}

/**
 * The caller's users, in which a write is first decided on what this isolate remembers of the caller and
 * of the user, and committed in the one round trip that proves all of it (docs/decisions/0013). Where
 * something was wrong, nothing is stored and the same round trip has looked: the write goes on as in the
 * plain directory, of which nothing but the first look is spared.
 */
export function optimisticDirectory(call: ScimCall, answerTo: AnswerTo): Directory {
  const { caller, tools } = call;
  const plain = directoryOf(call, USER, answerTo);
  /** What a failed commit found in place of what was remembered: it stands in for the next look, once. */
  let seen: readonly ResourceRecord[] | undefined;
  const takeSeen = () => {
    const taken = seen;
    seen = undefined;
    return taken;
  };
  const basis = <T>(access: Access, remembered: T, assumption: Assumption): OptimisticBasis<T> => ({
    remembered,
    terms: { ...access.settings, type: access.types.User },
    commit: async (change, warnings) => {
      if (!(await caller.believe(access))) return VERSION_CHANGED;
      const write = withRow(call, USER, change, warnings, answerTo);
      const outcome = await storeOptimistic(call, access, assumption, write);
      if (outcome.kind !== "assumptionFailed") return outcome;
      seen = outcome.found;
      return VERSION_CHANGED;
    },
  });
  return {
    ...plain,
    read: async (id) => {
      const found = takeSeen();
      return found === undefined ? await plain.read(id) : noteFound(call, found[0]);
    },
    candidates: async (keys) => takeSeen() ?? (await plain.candidates(keys)),
    assumeUnchanged: (id) => {
      const access = caller.remembered;
      const record = access && tools.cache.user(access.connectorId, id);
      if (access === undefined || record === undefined) return undefined;
      return basis(access, record, { kind: "unchanged", record });
    },
    assumeNobody: (keys) => {
      const access = caller.remembered;
      if (access === undefined) return undefined;
      return basis(access, undefined, { kind: "nobody", type: USER.name, keys });
    },
  };
}

/** Nothing is stored: the request has to be decided again. */
const VERSION_CHANGED: CommitOutcome = { kind: "versionChanged" };

/** Notes that a request is about the record that was read, and remembers it. */
export function noteFound(
  { log, caller }: ScimCall,
  record: ResourceRecord | undefined,
): ResourceRecord | undefined {
  if (record === undefined) return undefined;
  log.aboutRecord(record);
  caller.remember(record);
  return record;
}

/** A decided change of a type with the event-log row that goes in with it. */
export function withRow(
  { caller, log }: ScimCall,
  type: ResourceType,
  change: ResourceChange,
  warnings: readonly string[],
  answerTo: AnswerTo,
): ChangeToCommit {
  log.letPass(warnings);
  const event = log.rowOfChange(change, answerTo(change));
  return { change, type: caller.types[type.name], event };
}

/** Stores changes of a request, or of operations inside it, in one batch. */
export async function store(
  { caller, facts, log, tools }: ScimCall,
  changes: readonly ChangeToCommit[],
): Promise<CommitOutcome> {
  const access = await caller.granted();
  const { allowDuplicateGroupNames, uniqueExternalId } = access.settings;
  const write = {
    changes,
    credentialHash: caller.tokenHash,
    at: facts.startedAt,
    allowDuplicateGroupNames,
    uniqueExternalId,
    brake: brakeOf(access),
    application: access.settings,
  };
  const db = databaseOf(tools.databases, access.connectorId);
  const outcome = await commitChanges(db, access.connectorId, write, tools.clock);
  if (outcome.kind === "committed") tools.wake(access);
  if (outcome.kind === "versionChanged") log.letPass([]);
  return outcome.kind === "credentialGone" ? await caller.refuse() : outcome;
}

/**
 * Stores a change if all that it was decided on still holds. If not, nothing is stored, and the caller's
 * token is judged by what it stands for now; throws the refusal unless it is good.
 */
async function storeOptimistic(
  call: ScimCall,
  access: Access,
  assumption: Assumption,
  change: ChangeToCommit,
): Promise<OptimisticOutcome> {
  const { caller, log, tools } = call;
  const outcome = await proveAndStore(call, access, assumption, change);
  switch (outcome.kind) {
    case "committed":
      caller.proved(outcome.access ?? access);
      log.stored();
      tools.wake(outcome.access ?? access);
      caller.remember(change.change.after);
      return outcome;
    case "uniqueness":
      // Only what held was stored and then refused: the one remembered is the one it was of.
      if (assumption.kind === "unchanged") noteFound(call, assumption.record);
      return outcome;
    case "assumptionFailed":
      log.letPass([]);
      if (assumption.kind === "unchanged")
        tools.cache.forgetUser(access.connectorId, assumption.record.id);
      caller.disproved(outcome.access);
      return outcome;
  }
}

async function proveAndStore(
  { caller, facts, tools }: ScimCall,
  access: Access,
  assumption: Assumption,
  change: ChangeToCommit,
): Promise<OptimisticOutcome> {
  const { connectorId, stored, settings } = access;
  const db = databaseOf(tools.databases, connectorId);
  const write = {
    change,
    credentialHash: caller.tokenHash,
    terms: stored,
    assumption,
    at: facts.startedAt,
    uniqueExternalId: settings.uniqueExternalId,
    brake: brakeOf(access),
    application: settings,
  };
  try {
    return await commitOptimistic(db, connectorId, write, tools.clock);
  } catch (error) {
    // Whether the token is good was not seen; whose it is cannot change, and the log wants to know.
    caller.doubt();
    throw error;
  }
}

/** What brakes the caller's write, if anything does. */
function brakeOf({ settings: { brake }, credentialId }: Access): Brake | undefined {
  return brake.mode === "off" ? undefined : { ...brake, credentialId, newAlertId: () => uuidv7() };
}

/** Rivals of one user meet at most this often again: 20 ms, growing with each attempt. */
const PAUSE_STEP_MS = 20;

/** Lets rivals of one resource go first before attempt n is repeated; each waits its own while. */
function pause({ tools: { clock } }: ScimCall, attempt: number): Promise<void> {
  return clock.sleep(PAUSE_STEP_MS * attempt * (0.5 + clock.random()));
}

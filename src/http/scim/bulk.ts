import type { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import type { DoorReason, LoggedResource } from "#http/log/event-log.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { type Answer, emptyAnswer, jsonAnswer } from "#http/response/answer.ts";
import { Refusal } from "#http/response/error.ts";
import { ID_CHARACTERS_MAX, namedIn, readJson, type ScimCall } from "#http/scim/call/call.ts";
import { loggedResource } from "#http/scim/call/call-log.ts";
import { directoryOf, store, withRow } from "#http/scim/call/directory.ts";
import { membersOf } from "#http/scim/call/members.ts";
import type { ResourceType } from "#scim/attribute.ts";
import { BULK_BYTES_MAX, parseBulkRequest } from "#scim/bulk/bulk.ts";
import { performBulk } from "#scim/bulk/job.ts";
import type { BulkOperation } from "#scim/bulk/operation.ts";
import type { BulkWorld } from "#scim/bulk/perform.ts";
import type { MemberDirectory } from "#scim/ports.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { BULK_RESPONSE } from "#scim/schema/urns.ts";
import { stepBudget } from "#scim/step-budget.ts";
import { centralDatabase } from "#store/databases.ts";
import { resourcesByKeys } from "#store/directory/lookup.ts";
import type { EventRow } from "#store/event-log/events.ts";
import {
  type AnsweredOperation,
  answerResults,
  explainResults,
  resultDocument,
  rooted,
  statusOf,
} from "./bulk-answers.ts";
import { scimHandler } from "./handler.ts";

/** Registers /Bulk (RFC 7644 §3.7) under a SCIM base path. */
export function addBulkRoute(app: Hono<AppEnv>, services: Services, basePath: string): void {
  app.post(`${basePath}/Bulk`, scimHandler(services, basePath, "write", postBulk));
}

async function postBulk(call: ScimCall): Promise<Answer> {
  const settings = await call.caller.settings();
  const request = parseBulkRequest(await readJson(call, BULK_BYTES_MAX), settings);
  call.log.hideBodies();
  const callAt = operationCalls(call, request.operations);
  const results = await performBulk(request, worldOf(call, callAt));
  const answered = answerResults(
    await explainResults(centralDatabase(call.tools.databases), results),
  );
  const rows = answered.flatMap((each) =>
    rowsOf(callAt(each.result.position).call, each, call.caller.doorReason),
  );
  call.log.addRows(rows);
  const Operations = answered.map((each) => resultDocument(each, call.facts.baseUrl));
  return jsonAnswer(200, { schemas: [BULK_RESPONSE], Operations });
}

/** Finds the operation at a position of the request with its own call, whose row has its own op_id. */
type CallAt = (position: number) => { readonly operation: BulkOperation; readonly call: ScimCall };

/** How much of a method that a client made up is logged; the longest one there is has six letters. */
const METHOD_CHARACTERS_MAX = 16;

function operationCalls(call: ScimCall, operations: readonly BulkOperation[]): CallAt {
  const basePath = new URL(call.facts.baseUrl).pathname;
  const calls = operations.map((operation, position) => {
    const { method, path, data, dataText } = operation;
    const facts = {
      ...call.facts,
      // In the log, the operations stand in the order of the request.
      opId: uuidv7({ msecs: call.facts.startedAt, seq: position }),
      method: method.slice(0, METHOD_CHARACTERS_MAX),
      target: `${basePath}${rooted(path)}`,
    };
    const caller = call.caller.forOperation();
    const log = call.log.ofOperation(facts, caller, { text: dataText, value: data });
    return { operation, call: { ...call, facts, caller, log } };
  });
  return (position) => {
    const found = calls[position];
    if (found === undefined) throw new Error(`The request has no operation ${position}.`);
    return found;
  };
}

function worldOf(call: ScimCall, callAt: CallAt): BulkWorld {
  const steps = stepBudget();
  const answerAt = (position: number) => () => emptyAnswer(statusOf(callAt(position).operation));
  const directoryAt = (type: ResourceType, position: number) => ({
    ...directoryOf(callAt(position).call, type, answerAt(position)),
    steps,
  });
  return {
    users: (position) => directoryAt(USER, position),
    groups: (position) => ({
      ...directoryAt(GROUP, position),
      ...withinBulk(membersOf(callAt(position).call)),
    }),
    find: (keys) => call.caller.ask((db, scope) => resourcesByKeys(db, scope, USER.name, keys)),
    commitAll: async (decisions) => {
      const changes = decisions.flatMap(({ position, changes, warnings }) =>
        changes.map((change) =>
          withRow(callAt(position).call, USER, change, warnings, answerAt(position)),
        ),
      );
      const outcome = await store(call, changes);
      if (outcome.kind === "committed") {
        for (const { position } of decisions) callAt(position).call.log.stored();
      }
      return outcome;
    },
  };
}

/** A scan that may not run now refuses its operation alone: those before it are done. */
function withinBulk(members: MemberDirectory): MemberDirectory {
  const { choice } = members;
  return {
    ...members,
    ...(choice && {
      choice: {
        ...choice,
        members: async (id, options) => {
          try {
            return await choice.members(id, options);
          } catch (error) {
            if (error instanceof Refusal && error.error.status === 429) throw error.error;
            throw error;
          }
        },
      },
    }),
  };
}

/** The event-log row of an operation that no write has logged. */
function rowsOf(
  call: ScimCall,
  { result, answer }: AnsweredOperation,
  bulkReason: DoorReason | undefined,
): readonly EventRow[] {
  const { log, caller } = call;
  if (log.isStored) return [];
  const isAtDoor = answer.status === 401 || answer.status === 403;
  if (isAtDoor && (caller.doorReason ?? bulkReason) !== undefined) {
    // The credential went while the Bulk was under way: from there on nothing of the client's is kept.
    log.hideBodies();
    log.about({});
    return [log.row(answer)];
  }
  const { operation, outcome } = result;
  const isWritten = outcome.kind === "written";
  log.about(isWritten ? loggedResource(outcome.written.record) : namedBy(call, operation));
  log.letPass(isWritten ? outcome.written.warnings : []);
  return [log.row(answer)];
}

function namedBy(call: ScimCall, { action, data }: BulkOperation): LoggedResource {
  if (action.kind === "refused") return {};
  const id = "id" in action ? { resourceId: action.id.slice(0, ID_CHARACTERS_MAX) } : {};
  return { resourceType: action.type, ...id, ...namedIn(call.caller.types[action.type], data) };
}

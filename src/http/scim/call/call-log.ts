import {
  type CallFacts,
  type DoorReason,
  eventRow,
  type LoggedResource,
  refusedRow,
} from "#http/log/event-log.ts";
import type { Answer } from "#http/response/answer.ts";
import type { JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceChange, type ResourceRecord } from "#scim/ports.ts";
import { type Difference, differenceOf } from "#scim/resource/difference.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import { undeclaredNames } from "#scim/resource/undeclared-names.ts";
import type { SeenToStore } from "#store/admin/seen-attributes.ts";
import type { Clock } from "#store/clock.ts";
import type { Access } from "#store/directory/access.ts";
import type { EventRow, RefusedRow } from "#store/event-log/events.ts";
import { redactDifference } from "#store/event-log/redact.ts";
import type { Caller } from "./caller.ts";

/** A body as it came; without a value where it is no JSON. */
export interface ReceivedBody {
  readonly text: string;
  readonly value: JsonValue | undefined;
}

/** What the event log will say of a request: gathered on its way, and made a row with its answer. */
export class CallLog {
  private named: LoggedResource = {};
  private warnings: readonly string[] = [];
  private body: ReceivedBody = { text: "", value: undefined };
  private showsBodies = true;
  private isWritten = false;
  private seen: readonly SeenToStore[] = [];
  private readonly operations: CallLog[] = [];
  private operationRows: readonly EventRow[] = [];

  constructor(
    private readonly facts: CallFacts,
    private readonly caller: Pick<Caller, "access" | "types">,
    private readonly clock: Clock,
  ) {}

  /** The resource that the request is about, as far as it is known. */
  get resource(): LoggedResource {
    return this.named;
  }

  /** Whether the row went in with the request's write. */
  get isStored(): boolean {
    return this.isWritten;
  }

  /** Attributes in this request, and in operations inside it, that nobody declared. */
  get undeclared(): readonly SeenToStore[] {
    return [...this.seen, ...this.operations.flatMap(({ seen }) => seen)];
  }

  /** The body was read. */
  received(body: ReceivedBody): void {
    this.body = body;
  }

  /** The request is about this resource; said again as more of it is known. */
  about(resource: LoggedResource): void {
    this.named = resource;
  }

  /** The request is about this record: also a refused change is looked for by the name of the one it was of. */
  aboutRecord(record: ResourceRecord): void {
    this.named = loggedResource(record);
  }

  /** What is let pass in the request, as it is decided now. */
  letPass(warnings: readonly string[]): void {
    this.warnings = warnings;
  }

  /** The row went in with the write. */
  stored(): void {
    this.isWritten = true;
  }

  /** The row shows no bodies but a refusal's; those of a Bulk stand in the rows of its operations. */
  hideBodies(): void {
    this.showsBodies = false;
  }

  /** The log of an operation inside this request (RFC 7644 §3.7), which is logged as a request of its own. */
  ofOperation(facts: CallFacts, caller: Caller, body: ReceivedBody): CallLog {
    const log = new CallLog(facts, caller, this.clock);
    log.received(body);
    this.operations.push(log);
    return log;
  }

  /** Takes the rows of operations inside this request that no write has logged. */
  addRows(rows: readonly EventRow[]): void {
    this.operationRows = rows;
  }

  /** The row of this request with its answer. */
  row(answer: Answer): EventRow {
    return this.rowAbout(this.named, answer, null);
  }

  /** The row of this request behind those of operations inside it, where no write has logged them. */
  rows(answer: Answer): readonly EventRow[] {
    return [...this.operationRows, this.row(answer)];
  }

  /** The row that goes in with a change: only if it is stored is the resource what the change makes of it. */
  rowOfChange(change: ResourceChange, answer: Answer): EventRow {
    const difference = redactDifference(differenceOf(change));
    return this.rowAbout(loggedResource(change.after), answer, difference);
  }

  /** The row of this request as of one that was not let in; `path` is that of its route. */
  refusedRow(answer: Answer, path: string, reason: DoorReason, access: Access): RefusedRow {
    const { credentialId, settings } = access;
    const result = { answer, credentialId, isMasked: settings.maskPersonalData };
    return refusedRow({ ...this.facts, target: path }, result, reason);
  }

  private rowAbout(
    resource: LoggedResource,
    answer: Answer,
    difference: Difference | null,
  ): EventRow {
    if (answer.status < 400) this.noteUndeclared(resource);
    const { access, types } = this.caller;
    return eventRow(this.facts, {
      answer: this.showsBodies || answer.status >= 400 ? answer : { ...answer, body: undefined },
      credentialId: access?.credentialId,
      resource,
      warnings: this.warnings,
      latencyMs: this.clock.now() - this.facts.startedAt,
      requestText: this.showsBodies ? this.body.text : "",
      requestBody: this.showsBodies ? this.body.value : undefined,
      types,
      difference,
      isMasked: access?.settings.maskPersonalData ?? false,
    });
  }

  /** Looks for undeclared attributes where something was let pass, which is where they are. */
  private noteUndeclared({ resourceType }: LoggedResource): void {
    const { value } = this.body;
    if (this.warnings.length === 0 || value === undefined) return;
    const { types } = this.caller;
    const type = resourceType === "Group" ? types.Group : types.User;
    const at = this.facts.startedAt;
    this.seen = undeclaredNames(type, value).map((seen) => ({ resourceType: type.name, seen, at }));
  }
}

/** What the event log names of a resource: of a user its userName, of a group its displayName. */
export function loggedResource(record: ResourceRecord): LoggedResource {
  const name = documentOf(record)[nameAttribute(record.type)];
  return {
    resourceType: record.type,
    resourceId: record.id,
    ...(typeof name === "string" && { userName: name }),
  };
}

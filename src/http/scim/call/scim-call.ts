import type { Signer } from "#credentials/signer.ts";
import type { Memory } from "#http/isolate-cache.ts";
import {
  type CallFacts,
  type DoorReason,
  eventRow,
  type LoggedResource,
  refusedRow,
} from "#http/log/event-log.ts";
import { requireGranted } from "#http/request/authenticate.ts";
import { readBodyText } from "#http/request/body.ts";
import type { Answer } from "#http/response/answer.ts";
import { unauthorized } from "#http/response/error.ts";
import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import { parseJson } from "#scim/json.ts";
import {
  type CommitOutcome,
  documentOf,
  type ResourceChange,
  type ResourceRecord,
} from "#scim/ports.ts";
import { type Difference, differenceOf } from "#scim/resource/difference.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import { undeclaredNames } from "#scim/resource/undeclared-names.ts";
import { type ResourceTypes, STANDARD_ALONE, STANDARD_TYPES } from "#scim/schema/custom.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import { holdsBrokenText } from "#scim/text.ts";
import type { SeenToStore } from "#store/admin/seen-attributes.ts";
import type { Clock } from "#store/clock.ts";
import { commitChanges } from "#store/commit/commit.ts";
import {
  type Assumption,
  commitOptimistic,
  type OptimisticOutcome,
} from "#store/commit/optimistic.ts";
import type { Database } from "#store/database.ts";
import { type Access, judgeAccess, NO_QUERY, readWithAccess } from "#store/directory/access.ts";
import type { EventRow, RefusedRow } from "#store/event-log/events.ts";
import { redactDifference } from "#store/event-log/redact.ts";
import { type Query, runQuery, type Scope } from "#store/query.ts";
import type { ChangeToCommit } from "#store/write.ts";

/** What a call needs of the world. */
export interface CallTools {
  readonly db: Database;
  readonly clock: Clock;
  /** Signs the cursors of lists. */
  readonly signer: Signer;
  /** Throws where a connector whose token is good sends too many requests. */
  readonly admit: (access: Access) => Promise<void>;
  /** Runs a scan in its connector's turn; throws where it may not run now. */
  readonly inTurn: <T>(access: Access, scan: () => Promise<T>) => Promise<T>;
  /** Tells the connector's webhooks that something was written. */
  readonly wake: (access: Access) => void;
  /** What earlier requests saw. */
  readonly memory: Memory;
}

/** A change decided on what is remembered. */
export interface GuessedChange {
  /** What the token is remembered to stand for. */
  readonly access: Access;
  readonly type: ResourceType;
  readonly change: ResourceChange;
  readonly warnings: readonly string[];
  readonly assumption: Assumption;
  readonly answerTo: (change: ResourceChange) => Answer;
}

/** Nothing is stored: the request has to be decided again. */
const VERSION_CHANGED: CommitOutcome = { kind: "versionChanged" };

/** Rivals of one user meet at most this often again: 20 ms, growing with each attempt. */
const PAUSE_STEP_MS = 20;

/**
 * One SCIM request of a caller with a token. Its first question to the store also proves the token,
 * in the same round trip; nothing of an answer is seen before the token was judged good.
 */
export class ScimCall {
  /** Known from the first round trip on, if the token is known at all. */
  access: Access | undefined;
  /** What the event log should name; set as soon as it is known. */
  resource: LoggedResource = {};
  /** What was let pass in the request. */
  warnings: readonly string[] = [];
  /** Whether this request's row went into the log with its write. */
  isLogged = false;
  /** Whether its row shows the bodies; those of a Bulk stand in the rows of its operations. */
  showsBodies = true;
  /** Attributes in this request, and in operations inside it, that nobody declared. */
  undeclared: SeenToStore[] = [];
  /** Rows of operations inside this request that went into the log with no write. */
  operationRows: readonly EventRow[] = [];
  /** Why the caller was not let in, where the token is known and not good. */
  doorReason: DoorReason | undefined;
  private requestText = "";
  private requestBody: JsonValue | undefined;
  private settingsJudged: ConnectorSettings | undefined;

  constructor(
    private readonly tools: CallTools,
    readonly facts: CallFacts,
    private readonly request: Request,
    private readonly tokenHash: string,
    private readonly intent: "read" | "write",
  ) {}

  /** Signs the cursors of lists. */
  get signer(): Signer {
    return this.tools.signer;
  }

  /** Whether the caller's token was judged good. */
  get isGranted(): boolean {
    return this.settingsJudged !== undefined;
  }

  /** The SCIM base URL under which the client called, without a trailing slash. */
  get baseUrl(): string {
    return this.facts.baseUrl;
  }

  /** Reads the JSON body of the request (SEMANTICS 9 gives its limits). */
  async readJson(bytesMax: number): Promise<JsonValue> {
    this.requestText = await readBodyText(this.request, bytesMax, async () => {
      if (this.rememberedAccess === undefined) await this.settings();
    });
    this.requestBody = parseJson(this.requestText);
    // Also in what would be ignored: only an escape can bring such text in.
    if (this.requestText.includes("\\u") && holdsBrokenText(this.requestBody)) {
      throw ScimError.invalidValue("Strings must hold neither NUL nor half a surrogate pair.");
    }
    return this.requestBody;
  }

  /** Asks the store one question within the caller's connector, in one round trip. */
  async ask<T>(build: (db: Database, scope: Scope) => Query<T>): Promise<T> {
    const { db, clock } = this.tools;
    if (this.access !== undefined && this.settingsJudged !== undefined) {
      const scope: Scope = { kind: "connector", connectorId: this.access.connectorId };
      return runQuery(db, build(db, scope), clock);
    }
    const query = build(db, { kind: "token", hash: this.tokenHash });
    const asked = await readWithAccess(db, this.tokenHash, query, clock);
    const access = this.judged(asked.access);
    await this.tools.admit(access);
    this.settingsJudged = access.settings;
    return asked.found === undefined ? await this.ask(build) : asked.found.value;
  }

  /** Runs a scan in the connector's turn, once the caller is known: 429 where it may not run now. */
  async inTurn<T>(scan: () => Promise<T>): Promise<T> {
    await this.settings();
    if (this.access === undefined) throw new Error("A scan was begun before its caller was known.");
    return await this.tools.inTurn(this.access, scan);
  }

  /** Judges what the token turned out to stand for, and remembers it; throws the refusal unless it is good. */
  private judged(access: Access | undefined): Access {
    const { memory } = this.tools;
    this.access = access;
    const verdict = access && judgeAccess(access, this.intent, this.facts.startedAt);
    // A read-only token is a good one, whose refused write is a request like any other.
    const isLetIn = verdict === undefined || verdict === "granted" || verdict === "readOnly";
    this.doorReason = isLetIn ? undefined : verdict;
    memory.keepAccess(this.tokenHash, verdict === "granted" ? access : undefined);
    if (access === undefined || verdict === undefined)
      throw unauthorized(
        "invalid_token",
        "This token is not known here. Check that it was copied whole.",
      );
    requireGranted(verdict, access);
    return access;
  }

  /** What the token stood for in an earlier request; undefined as soon as this one has asked. */
  get rememberedAccess(): Access | undefined {
    return this.access === undefined ? this.tools.memory.access(this.tokenHash) : undefined;
  }

  /** Remembers that the token's use was noted at a moment. */
  keepUse(at: number): void {
    const { access } = this;
    if (access !== undefined)
      this.tools.memory.keepAccess(this.tokenHash, { ...access, lastUsedAt: at });
  }

  /** A user of a connector as an earlier request saw it. */
  rememberedUser({ connectorId }: Access, id: string): ResourceRecord | undefined {
    return this.tools.memory.user(connectorId, id);
  }

  /**
   * Stores a change if all that it was decided on still holds. If not, nothing is stored, the caller's
   * token is judged by what it stands for now, and `seen` is told whom the assumption is about.
   */
  async storeGuess(
    guess: GuessedChange,
    seen: (found: readonly ResourceRecord[] | undefined) => void,
  ): Promise<CommitOutcome> {
    const { access, assumption } = guess;
    if (!(await this.isAdmitted(access))) return VERSION_CHANGED;
    this.access = access;
    this.settingsJudged = access.settings;
    const outcome = await this.commitOptimistic(guess);
    switch (outcome.kind) {
      case "committed":
        this.access = outcome.access ?? access;
        this.tools.memory.keepAccess(this.tokenHash, this.access);
        this.isLogged = true;
        this.tools.wake(this.access);
        this.keep(guess.change.after);
        return outcome;
      case "uniqueness":
        // Only what held was stored and then refused: the one remembered is the one it was of.
        if (assumption.kind === "unchanged") this.noted(assumption.record);
        return outcome;
      case "assumptionFailed":
        this.settingsJudged = undefined;
        this.warnings = [];
        if (assumption.kind === "unchanged")
          this.tools.memory.forgetUser(access.connectorId, assumption.record.id);
        this.settingsJudged = this.judged(outcome.access).settings;
        seen(outcome.found);
        return VERSION_CHANGED;
    }
  }

  /** Whether a remembered caller is let in; if not, the refusal is for whoever looks the caller up. */
  private async isAdmitted(access: Access): Promise<boolean> {
    try {
      await this.tools.admit(access);
      return true;
    } catch {
      return false;
    }
  }

  private async commitOptimistic(guess: GuessedChange): Promise<OptimisticOutcome> {
    const { db, clock } = this.tools;
    const { access, type, warnings, assumption, answerTo } = guess;
    const { connectorId, stored: terms } = access;
    const changes = this.withEvents(type, [guess.change], warnings, answerTo);
    const [change] = changes;
    if (change === undefined) throw new Error("A change has an event.");
    const at = this.facts.startedAt;
    const { uniqueExternalId } = access.settings;
    const credentialHash = this.tokenHash;
    const write = { change, credentialHash, terms, assumption, at, uniqueExternalId };
    try {
      return await commitOptimistic(db, connectorId, write, clock);
    } catch (error) {
      // Whether the token is good was not seen; whose it is cannot change, and the log wants to know.
      this.settingsJudged = undefined;
      throw error;
    }
  }

  /** The connector's settings, once the token was judged good. */
  async settings(): Promise<ConnectorSettings> {
    if (this.settingsJudged === undefined) await this.ask(() => NO_QUERY);
    return this.settingsJudged ?? this.settings();
  }

  /** The resource types with the attributes of the caller's connector; the standard ones until it is known. */
  get types(): ResourceTypes {
    return (this.isGranted ? this.access?.types : undefined) ?? STANDARD_TYPES;
  }

  /**
   * Looks up what a request names. What the standard types lack may be the connector's own, or kept there:
   * then one more round trip tells.
   */
  async resolve<T>(find: (types: ResourceTypes) => T): Promise<T> {
    try {
      return find(this.isGranted ? this.types : STANDARD_ALONE);
    } catch (error) {
      if (this.isGranted || !(error instanceof ScimError)) throw error;
      await this.settings();
      return find(this.types);
    }
  }

  /** Notes whom a request is about: also a refused change is looked for by the name of the one it was of. */
  noted(record: ResourceRecord | undefined): ResourceRecord | undefined {
    if (record !== undefined) {
      this.resource = loggedResource(record);
      this.keep(record);
    }
    return record;
  }

  /** Remembers a user as it was read or stored. */
  keep(record: ResourceRecord): void {
    if (this.access === undefined || record.type !== "User" || record.rowId === undefined) return;
    this.tools.memory.keepUser(this.access.connectorId, record);
  }

  /** Lets rivals of one resource go first before attempt n is repeated; each waits its own while. */
  pause(attempt: number): Promise<void> {
    const { clock } = this.tools;
    return clock.sleep(PAUSE_STEP_MS * attempt * (0.5 + clock.random()));
  }

  /** One operation inside this request (RFC 7644 §3.7), which is logged as a request of its own. */
  operation(
    facts: Pick<CallFacts, "opId" | "method" | "target">,
    body: { readonly text: string; readonly value: JsonValue },
  ): ScimCall {
    const all = { ...this.facts, ...facts };
    const call = new ScimCall(this.tools, all, this.request, this.tokenHash, this.intent);
    call.access = this.access;
    call.settingsJudged = this.settingsJudged;
    call.requestText = body.text;
    call.requestBody = body.value;
    call.undeclared = this.undeclared;
    return call;
  }

  /** This request's event-log row with a given answer, and what it changed. */
  eventRow(
    answer: Answer,
    difference: Difference | null = null,
    resource: LoggedResource = this.resource,
  ): EventRow {
    if (answer.status < 400) this.noteUndeclared(resource);
    return eventRow(this.facts, {
      answer: this.showsBodies || answer.status >= 400 ? answer : { ...answer, body: undefined },
      credentialId: this.access?.credentialId,
      resource,
      warnings: this.warnings,
      latencyMs: this.tools.clock.now() - this.facts.startedAt,
      requestText: this.showsBodies ? this.requestText : "",
      requestBody: this.showsBodies ? this.requestBody : undefined,
      types: this.types,
      difference,
      isMasked: this.access?.settings.maskPersonalData ?? false,
    });
  }

  /** Looks for undeclared attributes where something was let pass, which is where they are. */
  private noteUndeclared({ resourceType }: LoggedResource): void {
    if (this.warnings.length === 0 || this.requestBody === undefined) return;
    const type = resourceType === "Group" ? this.types.Group : this.types.User;
    const at = this.facts.startedAt;
    for (const seen of undeclaredNames(type, this.requestBody)) {
      this.undeclared.push({ resourceType: type.name, seen, at });
    }
  }

  /** The row of this request as of one that was not let in; `path` is that of its route. */
  refusedRow(answer: Answer, path: string, reason: DoorReason, access: Access): RefusedRow {
    const { credentialId, settings } = access;
    const result = { answer, credentialId, isMasked: settings.maskPersonalData };
    return refusedRow({ ...this.facts, target: path }, result, reason);
  }

  /** Decided changes of a type with the event-log row that goes in with each. */
  withEvents(
    type: ResourceType,
    changes: readonly ResourceChange[],
    warnings: readonly string[],
    answerTo: (change: ResourceChange) => Answer,
  ): readonly ChangeToCommit[] {
    this.warnings = warnings;
    return changes.map((change) => ({
      change,
      type: this.types[type.name],
      event: this.eventOf(change, answerTo),
    }));
  }

  /** Stores changes of this request, or of operations inside it, in one batch. */
  async store(changes: readonly ChangeToCommit[]): Promise<CommitOutcome> {
    const { db, clock } = this.tools;
    if (this.access === undefined)
      throw new Error("A change was decided before its caller was known.");
    const { allowDuplicateGroupNames, uniqueExternalId } = this.access.settings;
    const write = {
      changes,
      credentialHash: this.tokenHash,
      at: this.facts.startedAt,
      allowDuplicateGroupNames,
      uniqueExternalId,
    };
    const outcome = await commitChanges(db, this.access.connectorId, write, clock);
    if (outcome.kind === "committed") this.tools.wake(this.access);
    if (outcome.kind === "versionChanged") this.warnings = [];
    return outcome.kind === "credentialGone" ? this.refuseGone() : outcome;
  }

  /** Stores changes of this request with its row of the log, of which each has one. */
  async commit(
    type: ResourceType,
    changes: readonly ResourceChange[],
    warnings: readonly string[],
    answerTo: (change: ResourceChange) => Answer,
  ): Promise<CommitOutcome> {
    const outcome = await this.store(this.withEvents(type, changes, warnings, answerTo));
    this.isLogged = outcome.kind === "committed";
    if (this.isLogged) for (const { after } of changes) this.keep(after);
    return outcome;
  }

  private eventOf(change: ResourceChange, answerTo: (change: ResourceChange) => Answer): EventRow {
    // Only if it is stored is the resource what this change makes of it.
    const stored = loggedResource(change.after);
    return this.eventRow(answerTo(change), redactDifference(differenceOf(change)), stored);
  }

  /** The credential was good at the first look and was not inside the batch: look again to say why. */
  private async refuseGone(): Promise<never> {
    this.settingsJudged = undefined;
    await this.ask(() => NO_QUERY);
    throw new Error("A credential was refused by the batch and granted outside of it.");
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

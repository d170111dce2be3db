import type { IsolateCache } from "#http/isolate-cache.ts";
import type { DoorReason } from "#http/log/event-log.ts";
import { requireGranted } from "#http/request/authenticate.ts";
import { unauthorized } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { type ResourceTypes, STANDARD_ALONE, STANDARD_TYPES } from "#scim/schema/custom.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { centralDatabase, type DatabaseBindings, databaseOf } from "#store/databases.ts";
import {
  type Access,
  judgeAccess,
  NO_QUERY,
  readWithAccess,
  type Verdict,
} from "#store/directory/access.ts";
import { type Query, runQuery, type Scope } from "#store/query.ts";

/** What a caller needs of the world. */
export interface CallerTools {
  readonly databases: DatabaseBindings;
  readonly clock: Clock;
  /** Throws where a connector whose token is good sends too many requests. */
  readonly admit: (access: Access) => Promise<void>;
  /** Runs a scan in its connector's turn; throws where it may not run now. */
  readonly inTurn: <T>(access: Access, scan: () => Promise<T>) => Promise<T>;
  /** What earlier requests saw. */
  readonly cache: IsolateCache;
}

/** Who brings a token, and what for. */
interface Bearer {
  readonly tokenHash: string;
  readonly intent: "read" | "write";
  /** When the request began: by this moment the token is judged. */
  readonly at: number;
}

/**
 * Who sends a request: the bearer of a token. The first question to the store also proves the token, in
 * the same round trip; nothing of an answer is seen before the token was judged good.
 */
export class Caller {
  private known: Access | undefined;
  private isGood = false;
  private refusedAs: DoorReason | undefined;

  constructor(
    private readonly tools: CallerTools,
    private readonly bearer: Bearer,
  ) {}

  /** What the token stands for: known from the first round trip on, if the token is known at all. */
  get access(): Access | undefined {
    return this.known;
  }

  /** The connector, once it is known. */
  get connectorId(): ConnectorId | undefined {
    return this.known?.connectorId;
  }

  /** Whether the token was judged good. */
  get isGranted(): boolean {
    return this.isGood;
  }

  /** Why the caller was not let in, where the token is known and not good. */
  get doorReason(): DoorReason | undefined {
    return this.refusedAs;
  }

  get tokenHash(): string {
    return this.bearer.tokenHash;
  }

  /** The resource types with the attributes of the caller's connector; the standard ones until it is known. */
  get types(): ResourceTypes {
    return (this.isGood ? this.known?.types : undefined) ?? STANDARD_TYPES;
  }

  /** Asks the store one question within the caller's connector, in one round trip. */
  async ask<T>(build: (db: Database, scope: Scope) => Query<T>): Promise<T> {
    const { databases, clock, admit } = this.tools;
    if (this.known !== undefined && this.isGood) {
      const { connectorId } = this.known;
      const db = databaseOf(databases, connectorId);
      return runQuery(db, build(db, { kind: "connector", connectorId }), clock);
    }
    const db = centralDatabase(databases);
    const query = build(db, { kind: "token", hash: this.tokenHash });
    const asked = await readWithAccess(db, this.tokenHash, query, clock);
    await admit(this.judge(asked.access));
    this.isGood = true;
    return asked.found === undefined ? await this.ask(build) : asked.found.value;
  }

  /** What the token stands for, once it was judged good. */
  async granted(): Promise<Access> {
    if (!this.isGood) await this.ask(() => NO_QUERY);
    if (this.known !== undefined) return this.known;
    throw new Error("A token was judged good and stands for nothing.");
  }

  /** The connector's settings, once the token was judged good. */
  async settings(): Promise<ConnectorSettings> {
    return (await this.granted()).settings;
  }

  /**
   * Looks up what a request names. What the standard types lack may be the connector's own, or kept there:
   * then one more round trip tells.
   */
  async resolve<T>(find: (types: ResourceTypes) => T): Promise<T> {
    try {
      return find(this.isGood ? this.types : STANDARD_ALONE);
    } catch (error) {
      if (this.isGood || !(error instanceof ScimError)) throw error;
      await this.granted();
      return find(this.types);
    }
  }

  /** Runs a scan in the connector's turn, once the caller is known: 429 where it may not run now. */
  async inTurn<T>(scan: () => Promise<T>): Promise<T> {
    return await this.tools.inTurn(await this.granted(), scan);
  }

  /** Judges what the token turned out to stand for; throws the refusal unless it is good. */
  private judge(access: Access | undefined): Access {
    const { intent, at } = this.bearer;
    this.known = access;
    const verdict = access && judgeAccess(access, intent, at);
    this.refusedAs = verdict && doorReasonOf(verdict);
    this.tools.cache.keepAccess(this.tokenHash, verdict === "granted" ? access : undefined);
    if (access === undefined || verdict === undefined)
      throw unauthorized(
        "invalid_token",
        "This token is not known here. Check that it was copied whole.",
      );
    requireGranted(verdict, access);
    return access;
  }

  /** Nothing is known of whether the token is good any more; whose it is cannot change. */
  doubt(): void {
    this.isGood = false;
  }

  /** The credential was good at the first look and was not inside the batch: looks again to say why. */
  async refuse(): Promise<never> {
    this.doubt();
    await this.granted();
    throw new Error("A credential was refused by the batch and granted outside of it.");
  }

  /** What the token stood for in an earlier request; undefined as soon as this one has asked. */
  get remembered(): Access | undefined {
    return this.known === undefined ? this.tools.cache.access(this.tokenHash) : undefined;
  }

  /** Takes what is remembered for true; if it is not let in, the refusal is for whoever looks it up. */
  async believe(access: Access): Promise<boolean> {
    try {
      await this.tools.admit(access);
    } catch {
      return false;
    }
    this.known = access;
    this.isGood = true;
    return true;
  }

  /** What was believed was proved by a commit, which saw the token stand for this. */
  proved(access: Access): void {
    this.known = access;
    this.tools.cache.keepAccess(this.tokenHash, access);
  }

  /** What was believed was wrong: judges what the token stands for now; throws the refusal unless it is good. */
  disproved(access: Access | undefined): void {
    this.doubt();
    this.judge(access);
    this.isGood = true;
  }

  /** Remembers that the token's use was noted at a moment. */
  keepUse(at: number): void {
    if (this.known === undefined) return;
    this.tools.cache.keepAccess(this.tokenHash, { ...this.known, lastUsedAt: at });
  }

  /** Remembers a user of the connector as it was read or stored. */
  remember(record: ResourceRecord): void {
    if (this.known === undefined || record.type !== "User" || record.rowId === undefined) return;
    this.tools.cache.keepUser(this.known.connectorId, record);
  }

  /** The same caller, as one operation of a Bulk gets to know it from here on. */
  forOperation(): Caller {
    const caller = new Caller(this.tools, this.bearer);
    caller.known = this.known;
    caller.isGood = this.isGood;
    return caller;
  }
}

/** Why a verdict lets nobody in. A read-only token is a good one, and so is that of a connector that moves: its refused write is a request like any other. */
function doorReasonOf(verdict: Verdict): DoorReason | undefined {
  return verdict === "granted" || verdict === "readOnly" || verdict === "moving"
    ? undefined
    : verdict;
}

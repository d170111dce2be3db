import type { Known, Links, Lookups } from "#bridge/plan/context.ts";
import { NO_EVIDENCE } from "#bridge/plan/evidence.ts";
import type { Link, Operation } from "#bridge/plan/operation.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceChange, type ResourceRecord } from "#scim/ports.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { keyText, type ResourceKey } from "#scim/resource/key.ts";
import { newRecord, withActive } from "#scim/resource/record.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { USER } from "#scim/schema/registry.ts";
import { foldText } from "#scim/text.ts";

/** A directory and a bridge's links in memory, with the store's rules of uniqueness. */
export class BridgeMemory {
  readonly users = new Map<string, ResourceRecord>();
  readonly bySource = new Map<string, Link>();
  /** Whose users were let go, by user id. */
  readonly released = new Map<string, string>();

  /** A user as a push client made it. */
  push(id: string, body: JsonObject): void {
    const { document } = normaliseResource(USER, body, { strict: false });
    this.users.set(id, newRecord(USER, id, withActive(document, true), 0));
  }

  /** A user as an import made it, who waits for its person. */
  import(id: string, body: JsonObject): void {
    this.push(id, body);
    const record = this.users.get(id);
    if (record !== undefined) this.users.set(id, { ...record, isUnclaimed: true });
  }

  get links(): Links {
    return {
      bySource: (sourceId) => this.bySource.get(sourceId),
      byUser: (userId) => [...this.bySource.values()].find((link) => link.userId === userId),
    };
  }

  /** What a plan gets to know of exactly what it asked for. */
  answer({ keys, emails }: Lookups): Known {
    const records = keys.flatMap((key): [string, ResourceRecord][] => {
      const record = key.key === "externalId" ? undefined : this.#holder(key);
      return record === undefined ? [] : [[keyText(key), record]];
    });
    const externalIds = keys.flatMap(({ key, value }) => (key === "externalId" ? value : []));
    return {
      links: this.links,
      records: new Map(records),
      byExternalId: new Map(externalIds.map((each) => [each, this.#withExternalId(each)])),
      byEmail: new Map(emails.map((email) => [email, this.#withEmail(email)])),
      evidence: NO_EVIDENCE,
    };
  }

  /** Stores changes in one batch, as the commit does: keys may be swapped, but not be held twice. */
  commit(changes: readonly ResourceChange[]): void {
    for (const change of changes) {
      const { after } = change;
      if (change.kind !== "create" && this.users.get(after.id) !== change.before) {
        throw new Error(`The user ${after.id} moved on.`);
      }
      if (change.kind === "erase") this.users.delete(after.id);
      else this.users.set(after.id, after);
    }
    this.#requireUnique();
  }

  /** Keeps what an operation says of links. */
  keep(operation: Operation): void {
    if (operation.op === "unmanage") {
      this.bySource.delete(operation.sourceId);
      this.released.set(operation.userId, operation.sourceId);
    }
    if (operation.op === "relink") this.bySource.delete(operation.formerSourceId);
    if ("link" in operation) {
      this.bySource.set(operation.sourceId, operation.link);
      this.released.delete(operation.link.userId);
    }
  }

  #holder({ key, value }: ResourceKey): ResourceRecord | undefined {
    return [...this.users.values()].find((record) => {
      if (record.deletedAt !== undefined) return false;
      return key === "id"
        ? record.id === value
        : identityOf(USER, documentOf(record)).nameKey === value;
    });
  }

  #withExternalId(externalId: string): readonly ResourceRecord[] {
    return [...this.users.values()].filter(
      (record) => identityOf(USER, documentOf(record)).externalId === externalId,
    );
  }

  #withEmail(email: string): readonly ResourceRecord[] {
    return [...this.users.values()].filter(
      (record) =>
        record.deletedAt === undefined &&
        listOf(documentOf(record).emails).some(
          (each) => isJsonObject(each) && foldText(String(each.value)) === email,
        ),
    );
  }

  #requireUnique(): void {
    const live = [...this.users.values()].filter((record) => record.deletedAt === undefined);
    const keys = live.map((record) => identityOf(USER, documentOf(record)).nameKey);
    if (new Set(keys).size !== keys.length) throw new Error(`A key is held twice: ${keys}.`);
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

import type { Link, Operation } from "#bridge/operation.ts";
import type { Known, Links, Lookups } from "#bridge/plan-context.ts";
import { identityOf } from "#scim/identity.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceChange, type ResourceRecord } from "#scim/ports.ts";
import { normaliseResource } from "#scim/resource.ts";
import { keyText, type ResourceKey } from "#scim/resource-key.ts";
import { newRecord, withActive } from "#scim/resource-record.ts";
import { USER } from "#scim/schema/registry.ts";
import { foldText } from "#scim/text.ts";

/** A directory and a bridge's links in memory, with the store's rules of uniqueness. */
export class BridgeMemory {
  readonly users = new Map<string, ResourceRecord>();
  readonly bySource = new Map<string, Link>();

  /** A user as a push client made it. */
  push(id: string, body: JsonObject): void {
    const { document } = normaliseResource(USER, body, { strict: false });
    this.users.set(id, newRecord(USER, id, withActive(document, true), 0));
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
      const record = this.#holder(key);
      return record === undefined ? [] : [[keyText(key), record]];
    });
    const byEmail = new Map(emails.map((email) => [email, this.#withEmail(email)]));
    return { links: this.links, records: new Map(records), byEmail };
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
    if (operation.op === "unmanage") this.bySource.delete(operation.sourceId);
    if (operation.op === "relink") this.bySource.delete(operation.formerSourceId);
    if ("link" in operation) this.bySource.set(operation.sourceId, operation.link);
  }

  #holder({ key, value }: ResourceKey): ResourceRecord | undefined {
    const found = [...this.users.values()].filter((record) => {
      const { nameKey, externalId } = identityOf(USER, documentOf(record));
      const isLive = record.deletedAt === undefined;
      if (key === "id") return isLive && record.id === value;
      return key === "name" ? isLive && nameKey === value : externalId === value;
    });
    return found.find((record) => record.deletedAt === undefined) ?? found[0];
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
    const keys = live.flatMap((record) => {
      const { nameKey, externalId } = identityOf(USER, documentOf(record));
      return [`name ${nameKey}`, ...(externalId === undefined ? [] : [`id ${externalId}`])];
    });
    if (new Set(keys).size !== keys.length) throw new Error(`A key is held twice: ${keys}.`);
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

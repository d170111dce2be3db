import { identityOf } from "./identity.ts";
import { type CandidateKeys, documentOf, type ResourceRecord, type UniqueKey } from "./ports.ts";
import type { ResourceType } from "./schema/attribute.ts";

/** One of the keys under which a resource of a type is found; names are folded. */
export interface ResourceKey {
  readonly key: UniqueKey;
  readonly value: string;
}

/** The key as one text, for sets and maps. */
export function keyText({ key, value }: ResourceKey): string {
  return `${key} ${value}`;
}

/** The keys that a new resource would take. */
export function identityKeys({ nameKey, externalId }: CandidateKeys): readonly ResourceKey[] {
  const name: ResourceKey = { key: "name", value: nameKey };
  return externalId === undefined ? [name] : [name, { key: "externalId", value: externalId }];
}

/** All keys of a resource. */
export function keysOf(type: ResourceType, record: ResourceRecord): readonly ResourceKey[] {
  const identity = identityOf(type, documentOf(record));
  return [{ key: "id", value: record.id }, ...identityKeys(identity)];
}

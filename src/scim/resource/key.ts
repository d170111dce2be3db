import type { ResourceType } from "#scim/attribute.ts";
import {
  type CandidateKeys,
  documentOf,
  type ResourceRecord,
  type UniqueKey,
} from "#scim/ports.ts";
import { identityOf } from "./identity.ts";

/** One of the keys under which a resource of a type is found; names are folded. */
export interface ResourceKey {
  readonly key: UniqueKey;
  readonly value: string;
}

/** The key as one text, for sets and maps. */
export function keyText({ key, value }: ResourceKey): string {
  return `${key} ${value}`;
}

/** The resources that hold keys, by keyText: of an id or a name one, of an externalId any number. */
export type Found = ReadonlyMap<string, readonly ResourceRecord[]>;

/**
 * The one resource that each key names: an externalId names the one live resource that holds it or, where
 * none does, the one soft-deleted; held by several it names nobody.
 */
export function soleHolders(found: Found): ReadonlyMap<string, ResourceRecord> {
  const named = [...found].flatMap(([text, holders]): [string, ResourceRecord][] => {
    const live = holders.filter(({ deletedAt }) => deletedAt === undefined);
    const [sole, ...others] = live.length === 0 ? holders : live;
    return sole === undefined || others.length > 0 ? [] : [[text, sole]];
  });
  return new Map(named);
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

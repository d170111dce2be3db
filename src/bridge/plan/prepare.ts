import { type JsonObject, readMember } from "#scim/json.ts";
import { type BridgeConfig, markOfRules } from "../config/settings.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { MappedRecord, MappedUser } from "../mapping/mapped.ts";
import { textAt } from "../mapping/reading.ts";
import { MAPPING_VERSION, mapRecord, rawIdName } from "../providers/map-record.ts";
import type { ListingMode, PreparedRecord } from "./context.ts";

/**
 * Maps and hashes the raw records of a page, in its order. Records of one id become one, at the place
 * of the first: providers replay changes, and what comes later holds.
 */
export function preparePage(
  records: readonly JsonObject[],
  config: BridgeConfig,
  mode: ListingMode,
): Promise<readonly PreparedRecord[]> {
  const merged = mergeReplays(records, config, mode);
  return Promise.all(merged.map((record) => prepareRecord(record, config, mode)));
}

async function prepareRecord(
  record: JsonObject,
  config: BridgeConfig,
  mode: ListingMode,
): Promise<PreparedRecord> {
  const said = mapRecord(record, config);
  const mapped = said.kind === "user" ? completed(said, config, mode) : said;
  const hash = mapped.kind === "user" ? await hashText(hashedText(mapped, config)) : "";
  return { sourceId: mapped.sourceId, mapped, hash, raw: record };
}

function mergeReplays(
  records: readonly JsonObject[],
  config: BridgeConfig,
  mode: ListingMode,
): readonly JsonObject[] {
  const byId = new Map<string, JsonObject>();
  for (const [at, record] of records.entries()) {
    const id = textAt(record, rawIdName(config));
    const key = typeof id === "string" ? `id ${id}` : `at ${at}`;
    const earlier = byId.get(key);
    byId.set(key, earlier === undefined ? record : later(earlier, record, config, mode));
  }
  return [...byId.values()];
}

/** Graph may spread one object over rows; a row that says `@removed`, or no more, stands alone. */
function later(
  earlier: JsonObject,
  record: JsonObject,
  { source }: BridgeConfig,
  mode: ListingMode,
): JsonObject {
  const mayBePartial = mode === "delta" || source.type === "entra";
  const isRemoval = (each: JsonObject) => readMember(each, "@removed") !== undefined;
  if (!mayBePartial || isRemoval(earlier) || isRemoval(record)) return record;
  return { ...earlier, ...record };
}

/**
 * In a complete listing what a record does not say is not there. Only Graph, whose listing is a delta
 * round, may send more of an object in a row of its own, which then has no name.
 */
function completed(mapped: MappedUser, { source }: BridgeConfig, mode: ListingMode): MappedRecord {
  const isNameUnsaid = mapped.unsaid.has(USER_NAME_SLOT.path);
  const isPartial = mode === "delta" || (source.type === "entra" && isNameUnsaid);
  if (!isNameUnsaid && !mapped.values.has(USER_NAME_SLOT.path)) return nameless(mapped);
  if (isPartial) return mapped;
  if (isNameUnsaid) return nameless(mapped);
  const manager = mapped.manager.kind === "unsaid" ? NO_MANAGER : mapped.manager;
  return { ...mapped, unsaid: unfitPaths(mapped), manager };
}

/** A value that does not fit says nothing of its attribute. */
function unfitPaths({ misfits }: MappedUser): ReadonlySet<string> {
  const always = misfits.filter(({ when }) => when === "always");
  return always.length === 0 ? NOTHING : new Set(always.map(({ path }) => path));
}

const NOTHING: ReadonlySet<string> = new Set();
const NO_MANAGER = { kind: "none" } as const;

function nameless({ sourceId }: MappedUser): MappedRecord {
  return { kind: "invalid", sourceId, why: "no-username" };
}

/**
 * All that a record says but whether the user is active: links keep that beside the hash; and by which rules it
 * was judged. One text in two Unicode forms is no change.
 */
function hashedText(
  { values, derived, manager, mark }: MappedUser,
  { rules }: BridgeConfig,
): string {
  const named = manager.kind === "named" ? manager.reference : null;
  const said = [MAPPING_VERSION, [...values], derived, named];
  const marks = [mark, markOfRules(rules)].filter((each) => each !== "");
  return JSON.stringify([...said, ...marks]).normalize("NFC");
}

const ENCODER = new TextEncoder();

/** The SHA-256 of a text, in base64 without padding: what tells whether a record changed. */
async function hashText(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", ENCODER.encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replace("=", "");
}

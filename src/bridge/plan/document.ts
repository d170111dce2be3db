import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { primaryEmailOf } from "#scim/resource/identity.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { foldText } from "#scim/text.ts";
import { DERIVED_SLOTS, FAMILY_NAME, GIVEN_NAME, WORK_EMAIL } from "../mapping/map-user.ts";
import type { MappedUser, RuleMisfit } from "../mapping/mapped.ts";
import {
  type DraftDocument,
  enterprise,
  readSlot,
  type Slot,
  setSlot,
  writeSlot,
} from "../mapping/slot.ts";

/** Where a user's manager stands. */
export const MANAGER_SLOT: Slot = enterprise("manager");

/** A document with what a record says written into it, or why the directory refuses it. */
export type WrittenDocument =
  | {
      readonly kind: "written";
      readonly document: JsonObject;
      /** Whether slots keep a value of which the record says nothing, or none that fits: its hash is not the whole truth then. */
      readonly keeps: boolean;
    }
  | { readonly kind: "refused"; readonly error: ScimError };

/**
 * Writes what the mapping owns, and nothing else, into a user's document; `{}` for a new one. The
 * manager, where the record says one, is written as it names him. Values are checked and stored as
 * those of a POST are.
 */
export function writeMapped(
  mapped: MappedUser,
  before: JsonObject,
  type: ResourceType,
): WrittenDocument {
  const isNew = Object.keys(before).length === 0;
  const slots = isNew ? [...mapped.owned, ...mapped.initial.keys()] : mapped.owned;
  const values = completeValues(mapped, before);
  if (isNew) for (const [slot, value] of mapped.initial) values.set(slot.path, value);
  try {
    const body: DraftDocument = {};
    for (const slot of slots) setSlot(body, slot, values.get(slot.path));
    const wanted = withManager(body, managerOf(mapped));
    const { document } = normaliseResource(type, wanted, { strict: false });
    const isWritten = (slot: Slot) =>
      !mapped.unsaid.has(slot.path) || values.get(slot.path) !== readSlot(before, slot);
    const written: DraftDocument = { ...before };
    for (const slot of slots) {
      if (isWritten(slot)) setChanged(written, slot, readSlot(document, slot));
    }
    const keepsManager = mapped.manager.kind === "unsaid";
    if (!keepsManager) setChanged(written, MANAGER_SLOT, readSlot(document, MANAGER_SLOT));
    const keeps =
      misfitsOf(mapped, isNew).length > 0 ||
      slots.some((slot) => mapped.unsaid.has(slot.path) && readSlot(before, slot) !== undefined) ||
      (keepsManager && readSlot(before, MANAGER_SLOT) !== undefined);
    return { kind: "written", document: written, keeps };
  } catch (error) {
    if (error instanceof ScimError) return { kind: "refused", error };
    throw error;
  }
}

/** The values of a record that do not fit, as far as they would be written to a user. */
export function misfitsOf({ misfits }: MappedUser, isNew: boolean): readonly RuleMisfit[] {
  return isNew ? misfits : misfits.filter(({ when }) => when === "always");
}

/** The document with a user, or a text that names one, as manager. */
export function withManager(document: JsonObject, value: string | undefined): JsonObject {
  return writeSlot(document, MANAGER_SLOT, value === undefined ? undefined : { value });
}

/** The text that a document has for a slot; undefined for none. */
export function textIn(document: JsonObject, slot: Slot): string | undefined {
  const value = readSlot(document, slot);
  return typeof value === "string" ? value : undefined;
}

/** The folded primary e-mail address of a document: the one marked so, or else the first. */
export function primaryEmailKey(document: JsonObject): string | undefined {
  const email = primaryEmailOf(document);
  return email === undefined ? undefined : foldText(email);
}

/** The folded primary e-mail address that a record says; the source's own list, or the work address. */
export function mappedEmailKey({ values }: MappedUser): string | undefined {
  const address = values.get(WORK_EMAIL.path);
  if (typeof address === "string") return foldText(address);
  const emails = values.get("emails");
  return emails === undefined ? undefined : primaryEmailKey({ emails });
}

/** Writes a value, unless the document has the same text in another Unicode form: that is no change. */
function setChanged(draft: DraftDocument, slot: Slot, value: JsonValue | undefined): void {
  const present = readSlot(draft, slot);
  const isSame = present !== undefined && value !== undefined && nfc(present) === nfc(value);
  if (!isSame) setSlot(draft, slot, value);
}

function nfc(value: JsonValue): string {
  return JSON.stringify(value).normalize("NFC");
}

/** What is owned, all of it: said, kept from the document, or put together from the name. */
function completeValues(mapped: MappedUser, before: JsonObject): Map<string, JsonValue> {
  const values = new Map(mapped.values);
  for (const slot of mapped.owned) {
    const kept = mapped.unsaid.has(slot.path) ? readSlot(before, slot) : undefined;
    if (kept !== undefined) values.set(slot.path, kept);
  }
  const nameBefore = fullName(readSlot(before, GIVEN_NAME), readSlot(before, FAMILY_NAME));
  const name = fullName(values.get(GIVEN_NAME.path), values.get(FAMILY_NAME.path));
  for (const path of mapped.derived) {
    const value = values.get(DERIVED_SLOTS[path].path);
    // A kept value that is the former name itself was put together, too.
    const isDerived = value === undefined || (mapped.unsaid.has(path) && value === nameBefore);
    if (isDerived && name !== undefined) values.set(path, name);
  }
  return values;
}

function fullName(given: JsonValue | undefined, family: JsonValue | undefined): string | undefined {
  const parts = [given, family].filter((each) => typeof each === "string");
  return parts.length === 0 ? undefined : parts.join(" ");
}

function managerOf({ manager }: MappedUser): string | undefined {
  return manager.kind === "named" ? manager.reference : undefined;
}

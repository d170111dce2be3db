import type { JsonObject } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";
import { type Exclusion, readExclusions } from "../config/excluded.ts";
import type { BridgeConfig } from "../config/settings.ts";
import { USER_NAME_SLOT, WORK_EMAIL } from "../mapping/map-user.ts";
import type { MappedUser } from "../mapping/mapped.ts";
import { attribute } from "../mapping/slot.ts";
import type { Known, PreparedRecord } from "./context.ts";
import { mappedEmailKey, primaryEmailKey, textIn } from "./document.ts";
import type { Link } from "./operation.ts";

/** A user ready for planning. */
export type PreparedUser = PreparedRecord<MappedUser> & { readonly sourceId: string };

/** Whether a prepared record is a user, in scope as far as its own kind goes. */
export function isUser(prepared: PreparedRecord): prepared is PreparedUser {
  return prepared.mapped.kind === "user";
}

/** Whether a record leaves out what did not change, as those of a delta listing may. */
export function isPartial({ unsaid, misfits }: MappedUser): boolean {
  const unfit = new Set(misfits.map(({ path }) => path));
  return [...unsaid].some((path) => !unfit.has(path));
}

/** Tells whether a user is excluded; `before` says what a partial record does not. */
export type UserExclusion = (mapped: MappedUser, before: ResourceRecord | undefined) => boolean;

/** Reads a bridge's exclusions once for a page. */
export function exclusionOf({ settings }: BridgeConfig): UserExclusion {
  if (settings.excluded.length === 0) return () => false;
  const isExcluded: Exclusion = readExclusions(settings.excluded);
  return (mapped, before) => {
    const kept = before === undefined ? EMPTY : documentOf(before);
    const said = mapped.values.get(USER_NAME_SLOT.path);
    const userName = mapped.unsaid.has(USER_NAME_SLOT.path) ? textIn(kept, USER_NAME_SLOT) : said;
    const isEmailUnsaid = mapped.unsaid.has(WORK_EMAIL.path) || mapped.unsaid.has(EMAILS.path);
    const email = isEmailUnsaid ? primaryEmailKey(kept) : mappedEmailKey(mapped);
    const names = [userName, email].filter((each) => typeof each === "string");
    return isExcluded({ names, orgUnit: mapped.orgUnit });
  };
}

const EMPTY: JsonObject = {};
const EMAILS = attribute("emails");

/** Whether everything a record says was written already, but perhaps whether the user is active. */
export function isSameBody({ hash, mapped }: PreparedUser, link: Link): boolean {
  return hash === link.hash && !mapped.unsaid.has(USER_NAME_SLOT.path);
}

/** Whether a linked user must be compared with the directory, rather than with what was last written. */
export function needsComparing(user: PreparedUser, link: Link): boolean {
  const wakes = user.mapped.isActive === true && !link.isActive;
  return !isSameBody(user, link) || link.goneAt !== undefined || wakes;
}

/** The live user of a link, as far as the directory was asked for it. */
export function linkedRecord(known: Known, link: Link): ResourceRecord | undefined {
  return known.records.get(keyText({ key: "id", value: link.userId }));
}

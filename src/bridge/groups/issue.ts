import { ScimError } from "#scim/error.ts";
import { quoteName } from "#scim/json.ts";
import type { Issue } from "../mapping/mapped.ts";
import type { UnsupportedMember } from "../source/source.ts";

/** The group that an issue is about. */
export interface NamedGroup {
  readonly sourceId: string;
  readonly displayName: string;
}

/** What a write came to, where the directory may refuse it. */
export type Tried<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "issue"; readonly issue: Issue };

/** Runs a write of a group; what the directory refuses is an issue of the run, a fault rises on. */
export async function asIssue<T>(group: NamedGroup, write: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { kind: "done", value: await write() };
  } catch (error) {
    // 503 means that rivals were in the way: not the group's fault.
    if (error instanceof ScimError && error.status < 500) {
      return { kind: "issue", issue: issueOf(group, error) };
    }
    throw error;
  }
}

/** Members whom the directory does not have: they left it since they were listed. */
export function unknownMembers({ sourceId, displayName }: NamedGroup, count: number): Issue {
  const detail = `The group ${quoteName(displayName)} has ${count} member(s) that the directory has not: excluded, refused or deleted here. They are added once they are here.`;
  return { kind: "member-unresolved", sourceId, userName: undefined, detail };
}

/** Members whom the provider names, but who are no users and no groups of this bridge. */
export function unresolvedMembers({ sourceId, displayName }: NamedGroup, count: number): Issue {
  const detail = `The group ${quoteName(displayName)} has ${count} member(s) at the provider who are no users or groups here: not enabled, excluded, or not synced. Each run tries again; they get the group in the run that brings them.`;
  return { kind: "member-unresolved", sourceId, userName: undefined, detail };
}

/** A group that the provider has, although its listing of all groups did not show it. */
export function unlistedGroup(sourceId: string): Issue {
  const detail = `The provider's listing of groups lacks the group ${sourceId}, but the provider still has it: the group stays as it is here. Look whether the bridge's account still sees it.`;
  return { kind: "listing-incomplete", sourceId, userName: undefined, detail };
}

/** What a listing of groups came to. */
export interface ListedGroups {
  /** How many different groups it showed, and other rows. */
  readonly rows: number;
  /** How many there are, as the provider says; undefined where it does not. */
  readonly total: number | undefined;
  /** How many groups of the provider are linked. */
  readonly linked: number;
}

/** What is wrong with a listing of groups that came to its end; undefined for nothing. */
export function incompleteGroups({ rows, total, linked }: ListedGroups): Issue | undefined {
  const about = { kind: "listing-incomplete", sourceId: undefined, userName: undefined } as const;
  if (total !== undefined && rows < total) {
    const detail = `The provider says that there are ${total} groups, and listed ${rows}: no group is taken for gone, and the next run looks again.`;
    return { ...about, detail };
  }
  if (rows > 0 || linked === 0) return undefined;
  const detail = `The provider listed no group at all: no group is taken for gone, and the next run looks again. Look whether the bridge's account still sees groups; if they are gone indeed, set "groups" to "none" to let go of all of them.`;
  return { ...about, detail };
}

/** Members of a group who are neither users nor groups of the provider's directory. */
export function unsupportedMembers(
  { sourceId, displayName }: NamedGroup,
  members: readonly UnsupportedMember[],
): Issue {
  const said = [
    ...new Set(members.map(({ what, sourceId: id }) => `${WHAT[what]}${id ? ` (${id})` : ""}`)),
  ];
  const more = said.length > NAMED_MAX ? `, and ${said.length - NAMED_MAX} more` : "";
  const detail = `The group ${quoteName(displayName)} has members at the provider who cannot be members here: ${said.slice(0, NAMED_MAX).join(", ")}${more}. Add the people themselves, or groups of them, if they are to have this group.`;
  return { kind: "member-unsupported", sourceId, userName: undefined, detail };
}

/** So many are named; the others are counted. */
const NAMED_MAX = 5;

const WHAT: Readonly<Record<UnsupportedMember["what"], string>> = {
  everyone: "everyone of the organisation at once",
  external: "an address outside the directory",
  other: "something that is no user and no group",
};

function issueOf({ sourceId, displayName }: NamedGroup, error: ScimError): Issue {
  const name = quoteName(displayName);
  if (error.scimType === "uniqueness") {
    const detail = `Another group of this connector holds the name ${name}. Rename one of the two at the provider, or rename or remove the other group here.`;
    return { kind: "group-name-taken", sourceId, userName: undefined, detail };
  }
  const detail = `The group ${name} cannot be kept as it is at the provider: ${error.detail}`;
  return { kind: "group-invalid", sourceId, userName: undefined, detail };
}

import { ScimError } from "#scim/error.ts";
import { quoteName } from "#scim/json.ts";
import type { Issue } from "./mapped.ts";

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

function issueOf({ sourceId, displayName }: NamedGroup, error: ScimError): Issue {
  const name = quoteName(displayName);
  if (error.scimType === "uniqueness") {
    const detail = `Another group of this connector holds the name ${name}. Rename one of the two at the provider, or rename or remove the other group here.`;
    return { kind: "group-name-taken", sourceId, userName: undefined, detail };
  }
  const detail = `The group ${name} cannot be kept as it is at the provider: ${error.detail}`;
  return { kind: "group-invalid", sourceId, userName: undefined, detail };
}

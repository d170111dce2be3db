import type { ScimError } from "#scim/error.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import type { Issue, MappedRecord } from "./mapped.ts";

/** The issue of a record that cannot be used as it came. */
export function unusableIssue({
  sourceId,
  why,
}: Extract<MappedRecord, { kind: "invalid" }>): Issue {
  const detail = {
    "no-id": "A record of the provider has no id, so that it cannot be followed. It was left out.",
    "no-username":
      "The record has no name to sign in with. Give the user one at the provider; until then it is left out.",
  };
  return { kind: why, sourceId, detail: detail[why] };
}

/** The issue of a record with a value that the directory refuses. */
export function refusedIssue(sourceId: string, error: ScimError): Issue {
  const detail = `${error.detail} Correct the value at the provider; until then the record is left out.`;
  return { kind: "invalid-value", sourceId, detail };
}

/** The issue of a userName or externalId that another user holds. */
export function takenIssue(
  sourceId: string,
  kind: "userName-taken" | "externalId-taken",
  holderId: string | undefined,
): Issue {
  const attribute = kind === "userName-taken" ? "userName" : "externalId";
  const holder =
    holderId === undefined ? "another record of the same page" : `the user with the id ${holderId}`;
  return {
    kind,
    sourceId,
    detail: `Its ${attribute} is held by ${holder}. Rename one of the two, or remove the other; the next run tries again.`,
  };
}

/** The issue of a name or address that a former user left behind. */
export function rehireIssue(sourceId: string, holder: ResourceRecord): Issue {
  const { externalId } = documentOf(holder);
  const held =
    typeof externalId === "string" ? `, whose externalId is another (${externalId})` : "";
  return {
    kind: "rehire-conflict",
    sourceId,
    detail: `Its name or address belongs to the former user with the id ${holder.id}${held}: it may be another person. If it is the same one, give that user the externalId ${sourceId}; if not, rename that user.`,
  };
}

/** The issue of a manager whom no linked user answers to. */
export function managerIssue(sourceId: string): Issue {
  return {
    kind: "manager-unresolved",
    sourceId,
    detail:
      "Its manager is no user of this bridge, by id, login or address. The reference is kept as the provider sent it, and tried again in each run.",
  };
}

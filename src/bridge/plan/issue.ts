import type { ScimError } from "#scim/error.ts";
import { quoteName } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { type OutsideAddress, outsideText } from "#scim/rules/domains.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { Issue, MappedRecord, RuleMisfit } from "../mapping/mapped.ts";
import type { PreparedRecord } from "./context.ts";
import { textIn } from "./document.ts";

/** Whom an issue is about. */
export interface Subject {
  readonly sourceId: string;
  readonly userName: string | undefined;
}

/** The user of a record, called as the record says or else as the directory does. */
export function subjectOf(
  { mapped }: Pick<PreparedRecord, "mapped">,
  sourceId: string,
  before: ResourceRecord | undefined = undefined,
): Subject {
  const said = mapped.kind === "user" ? mapped.values.get(USER_NAME_SLOT.path) : undefined;
  if (typeof said === "string") return { sourceId, userName: said };
  const kept = before === undefined ? undefined : textIn(documentOf(before), USER_NAME_SLOT);
  return { sourceId, userName: kept };
}

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
  return { kind: why, sourceId, userName: undefined, detail: detail[why] };
}

/** The issue of a record with a value that the directory refuses. */
export function refusedIssue(subject: Subject, error: ScimError): Issue {
  const detail = `${error.detail} Correct the value at the provider; until then the record is left out.`;
  return { kind: "invalid-value", ...subject, detail };
}

/** The issue of a user whose userName or primary e-mail address is in none of the connector's domains. */
export function outsideIssue(subject: Subject, outside: OutsideAddress): Issue {
  const detail = `${outsideText(outside, quoteName)}, and the connector's setting allowedDomains does not name that domain. Add it there (each sub-domain by itself), or take the user out of what the provider assigns; until then the record is left out.`;
  return { kind: "domain-not-allowed", ...subject, detail };
}

/** The issue of a value of the bridge's own mapping that its attribute does not take. */
export function unfitIssue(subject: Subject, { from, to, detail }: RuleMisfit): Issue {
  return {
    kind: "value-unfit",
    ...subject,
    detail: `${detail} It comes from "${from}", which the bridge maps to "${to}". Correct it at the provider, or map it to another attribute; that attribute was left as it is, and the rest of the record was written.`,
  };
}

/** The issue of a userName or externalId that another user holds. */
export function takenIssue(
  subject: Subject,
  kind: "userName-taken" | "externalId-taken",
  holderId: string | undefined,
): Issue {
  const attribute = kind === "userName-taken" ? "userName" : "externalId";
  const holder =
    holderId === undefined ? "another record of the same page" : `the user with the id ${holderId}`;
  return {
    kind,
    ...subject,
    detail: `Its ${attribute} is held by ${holder}. Rename one of the two, or remove the other; the next run tries again.`,
  };
}

/** The issue of a name or address that a former user left behind. */
export function rehireIssue(subject: Subject, holder: ResourceRecord): Issue {
  const { externalId } = documentOf(holder);
  const held =
    typeof externalId === "string" ? `, whose externalId is another (${externalId})` : "";
  return {
    kind: "rehire-conflict",
    ...subject,
    detail: `Its name or address belongs to the former user with the id ${holder.id}${held}: it may be another person. If it is the same one, give that user the externalId ${subject.sourceId}; if not, rename that user.`,
  };
}

/** The issue of a name or address whose user has another id that the provider has, or may have. */
export function ofAnotherIssue(
  subject: Subject,
  holder: ResourceRecord,
  standing: "present" | "unknown",
): Issue {
  const { externalId } = documentOf(holder);
  const whose =
    standing === "present"
      ? "the provider still has that one, so that it is another person"
      : "it is not certain that the provider no longer has that one";
  return {
    kind: "account-of-another",
    ...subject,
    detail: `The user with the id ${holder.id} has its name or address, and the externalId ${externalId}: ${whose}. Nothing was taken over for ${subject.sourceId}. If it is the same person, give that user the externalId ${subject.sourceId}; if not, give one of the two another name or address.`,
  };
}

/** The issue of a record that may mean several users, one of whom was imported and waits for its person. */
export function severalIssue(subject: Subject, meant: readonly ResourceRecord[]): Issue {
  const ids = meant.map(({ id }) => id).join(" and ");
  return {
    kind: "several-accounts",
    ...subject,
    detail: `The users with the ids ${ids} have the name, address or externalId of ${subject.sourceId}, and at least one of them was imported and waits for its person: it is not certain which one is meant. All of them were left as they are. Delete or erase those who are not this person, or give the right one the externalId ${subject.sourceId}.`,
  };
}

/** The issue of a user whom several records may mean, or of whom that is not known yet. */
export function undecidedIssue(
  subject: Subject,
  holder: ResourceRecord,
  rivals: readonly string[],
): Issue {
  const [first, ...others] = rivals;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const why =
    first === undefined
      ? "whether another record has a better claim to that user shows only in the next complete run"
      : `so has the record ${first}${more}: it is not certain whose that user is. Correct the name or address of one of them at the provider, or give the user the externalId of its record`;
  return {
    kind: "match-undecided",
    ...subject,
    detail: `${subject.sourceId} has the name or address of the user with the id ${holder.id}, and ${why}. That user was left as it is.`,
  };
}

/** The issue of a record that does not say whether its user is active. */
export function stateIssue(subject: Subject, isHere: boolean): Issue {
  const done = isHere
    ? "The user here stays active or inactive as it is; what else the record says was taken over."
    : "Nobody was created or switched on for it.";
  return {
    kind: "state-unknown",
    ...subject,
    detail: `The record does not say whether its user is active, or says it in a word that is not known. ${done} Look at the user's state at the provider; the next run tries again.`,
  };
}

/** The issue of a manager whom no linked user answers to. */
export function managerIssue(subject: Subject): Issue {
  return {
    kind: "manager-unresolved",
    ...subject,
    detail:
      "Its manager is no user of this bridge, by id, login or address. The reference is kept as the provider sent it, and tried again in each run.",
  };
}

import type { OffReason } from "../admin-views.ts";
import type { GuardSettings } from "../config/settings.ts";
import type { Issue, IssueKind } from "../mapping/mapped.ts";
import type { WaitingOff } from "./switch-offs.ts";

/**
 * Something of a run that no write tells of, on its way to the event log: an issue, or a switch-off
 * that is held. It is stored with its `opId` before it goes, so that sending it twice is harmless.
 */
export interface Notice {
  /** A UUIDv7: the op_id of its event. */
  readonly opId: string;
  readonly runId: string;
  readonly at: number;
  readonly status: 202 | 400 | 409 | 502;
  readonly scimType: "uniqueness" | "invalidValue" | null;
  readonly resourceType: "User" | "Group";
  /** The directory's resource that the record is linked to. */
  readonly resourceId: string | null;
  /** null where the record says none: then the name is looked up by `resourceId`. */
  readonly userName: string | null;
  readonly explanation: string;
  /** The same without what the provider said, for a log without personal data. */
  readonly maskedExplanation: string;
}

/** What a notice says of its own; what else it needs is that of its run. */
export type NoticeContent = Omit<Notice, "opId" | "runId" | "at">;

/** Kinds that the event log is not told of: the record itself is provisioned, or there is none. */
export type QuietKind =
  | "manager-unresolved"
  | "member-unresolved"
  | "member-unsupported"
  | "not-all-logged";

/** What the event log says of an issue; undefined where it is told nothing. */
export function issueNotice(
  { kind, userName, detail }: Issue,
  resourceType: Notice["resourceType"],
  linked: { readonly id: string | undefined; readonly groupName: string | undefined },
): NoticeContent | undefined {
  if (isQuiet(kind)) return undefined;
  return {
    ...ANSWERS[kind],
    resourceType,
    resourceId: linked.id ?? null,
    userName: userName ?? linked.groupName ?? null,
    explanation: detail,
    maskedExplanation: MASKED_DETAILS.get(kind) ?? detail,
  };
}

/** What the guard counted when it held the switch-offs of a run. */
export interface HeldCount {
  readonly switchOffs: number;
  /** How many of these were switched off by approval before. */
  readonly before: number;
  readonly activeLinked: number;
  readonly guard: GuardSettings;
}

/** What the event log says of a switch-off that is held. */
export function heldNotice({ userId, why }: WaitingOff, count: HeldCount): NoticeContent {
  const explanation = `${REASONS[why]}, but ${tooMany(count)}. Approve or reject them under …/held.`;
  return {
    status: 202,
    scimType: null,
    resourceType: "User",
    resourceId: userId,
    userName: null,
    explanation,
    maskedExplanation: explanation,
  };
}

function isQuiet(kind: IssueKind): kind is QuietKind {
  return (
    kind === "manager-unresolved" ||
    kind === "member-unresolved" ||
    kind === "member-unsupported" ||
    kind === "not-all-logged"
  );
}

/** What a push client would have been answered. */
const ANSWERS: Readonly<
  Record<Exclude<IssueKind, QuietKind>, Pick<Notice, "status" | "scimType">>
> = {
  "listing-incomplete": { status: 400, scimType: null },
  "scope-unread": { status: 400, scimType: null },
  "groups-unread": { status: 400, scimType: null },
  "users-unasked": { status: 502, scimType: null },
  unreadable: { status: 502, scimType: null },
  "state-unknown": { status: 400, scimType: "invalidValue" },
  "no-id": { status: 400, scimType: null },
  "no-username": { status: 400, scimType: "invalidValue" },
  "invalid-value": { status: 400, scimType: "invalidValue" },
  "domain-not-allowed": { status: 400, scimType: "invalidValue" },
  "value-unfit": { status: 400, scimType: "invalidValue" },
  "group-invalid": { status: 400, scimType: "invalidValue" },
  "userName-taken": { status: 409, scimType: "uniqueness" },
  "externalId-taken": { status: 409, scimType: "uniqueness" },
  "rehire-conflict": { status: 409, scimType: "uniqueness" },
  "account-of-another": { status: 409, scimType: "uniqueness" },
  "several-accounts": { status: 409, scimType: "uniqueness" },
  "match-undecided": { status: 409, scimType: "uniqueness" },
  "group-name-taken": { status: 409, scimType: "uniqueness" },
};

/** In place of the details that repeat what the provider sent; the others name attributes and ids of ours. */
const MASKED_DETAILS: ReadonlyMap<IssueKind, string> = new Map([
  [
    "domain-not-allowed",
    "Its userName or primary e-mail address is in none of the domains of the connector's setting allowedDomains. The issue of the run says which, and what to do.",
  ],
  [
    "unreadable",
    "The provider's answer about this record cannot be used; the record stays as it is, and the next run asks again. The issue of the run says why.",
  ],
  [
    "rehire-conflict",
    "Its name or address belongs to a former user, who may be another person. The issue of the run says which, and what to do.",
  ],
  [
    "account-of-another",
    "Its name or address belongs to a user with another id of the provider. The issue of the run says which, and what to do.",
  ],
  [
    "several-accounts",
    "The record may mean several users here, one of whom was imported. The issue of the run says which, and what to do.",
  ],
  [
    "match-undecided",
    "Its name or address may mean a user who is another record's. The issue of the run says which, and what to do.",
  ],
  [
    "group-name-taken",
    "Another group of this connector holds its name. Rename one of the two at the provider, or rename or remove the other group here.",
  ],
  [
    "group-invalid",
    "The group cannot be kept as it is at the provider. The issue of the run says why.",
  ],
]);

const REASONS: Readonly<Record<OffReason, string>> = {
  disabled: "The provider says that this user is disabled",
  missing: "The provider no longer has this user",
  excluded: "This user is excluded now",
  guest: "This user is a guest at the provider",
  "not-in-scope": "This user is not in the bridge's scope any more",
  "service-account": "This user is a service account at the provider",
  "removed:changed": "The provider removed this user",
  "removed:deleted": "The provider deleted this user",
};

function tooMany({ switchOffs, before, activeLinked, guard }: HeldCount): string {
  const allowed = Math.max(guard.max, Math.floor((guard.percent * activeLinked) / 100));
  if (switchOffs > allowed) {
    const which = before > 0 ? `, with ${before} approved before,` : " in one run";
    return `${switchOffs} switch-offs${which} are more than the guard lets through (${allowed})`;
  }
  return `the run would switch off all ${activeLinked} active users, which the guard never lets through`;
}

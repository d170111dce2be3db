import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";
import { foldText } from "#scim/text.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import type { Evidence, Known, PreparedRecord, Presence } from "./context.ts";
import { mappedEmailKey, primaryEmailKey, textIn } from "./document.ts";
import type { Operation } from "./operation.ts";
import { isUser, type PreparedUser } from "./scope.ts";

/** What a record of the provider that has no link says of whose a user may be. */
export interface Claim {
  readonly sourceId: string;
  /** Its userName and its primary e-mail address, folded; undefined where it has none. */
  readonly nameKey: string | undefined;
  readonly emailKey: string | undefined;
  /** The user who is its own all the same: let go in this run, or adopted in a dry run alone. */
  readonly userId: string | undefined;
}

/** A user whom the bridge let go, and whose he was. */
export interface Released {
  readonly userId: string;
  readonly sourceId: string;
}

/** What is to be known before a page's weak matches can be weighed. */
export interface Questions {
  /** Ids of the provider that users hold whom a record matches by name or address. */
  readonly sourceIds: readonly string[];
  readonly nameKeys: readonly string[];
  readonly emailKeys: readonly string[];
  readonly userIds: readonly string[];
}

/** What is known of the provider while its listing is still read: nothing. */
export const NO_EVIDENCE: Evidence = {
  isComplete: false,
  standing: () => "unknown",
  named: () => [],
  addressed: () => [],
  ownerOf: () => undefined,
};

/** The claim of a record, by what it says itself; undefined for one without an id. */
export function claimOf({ sourceId, mapped }: PreparedRecord): Claim | undefined {
  if (sourceId === undefined) return undefined;
  const userName = mapped.kind === "user" ? mapped.values.get(USER_NAME_SLOT.path) : undefined;
  return {
    sourceId,
    nameKey: typeof userName === "string" ? foldText(userName) : undefined,
    emailKey: mapped.kind === "user" ? mappedEmailKey(mapped) : undefined,
    userId: undefined,
  };
}

/**
 * The claims of a page's records that are left without a link and do not wait either: excluded,
 * inactive, unusable. Their users are theirs all the same. Who is gone claims nothing. A dry run
 * keeps no links, so that the users it would have adopted are claimed as well.
 */
export function claimsLeft(
  page: readonly PreparedRecord[],
  operations: readonly Operation[],
  isDry: boolean,
): readonly Claim[] {
  const bySource = new Map(operations.map((each) => [each.sourceId, each]));
  return page.flatMap((prepared) => {
    const operation = bySource.get(prepared.sourceId);
    if (operation === undefined || !LEAVING_CLAIMS.has(operation.op)) return [];
    const claim = claimOf(prepared);
    if (claim === undefined || prepared.mapped.kind === "removed") return [];
    switch (operation.op) {
      case "ignore":
        return claim;
      case "unmanage":
        return { ...claim, userId: operation.userId };
      case "adopt":
      case "deactivate":
        return isDry ? { ...claim, userId: operation.link.userId } : [];
      default:
        return [];
    }
  });
}

const LEAVING_CLAIMS: ReadonlySet<Operation["op"]> = new Set([
  "ignore",
  "unmanage",
  "adopt",
  "deactivate",
]);

/** What must be known of the provider to weigh the weak matches of a page's records. */
export function questionsOf(page: readonly PreparedRecord[], known: Known): Questions {
  const users = page.filter(isUser);
  const candidates = users.flatMap((user) => candidatesOf(user, known));
  const names = candidates.map((each) => foldText(textIn(documentOf(each), USER_NAME_SLOT) ?? ""));
  const claims = users.flatMap((user) => claimOf(user) ?? []);
  return {
    sourceIds: unique(candidates.flatMap((each) => holderIds(each, known))),
    nameKeys: unique([...names, ...claims.flatMap(({ nameKey }) => nameKey ?? [])]),
    emailKeys: unique(claims.flatMap(({ emailKey }) => emailKey ?? [])),
    userIds: unique(candidates.map(({ id }) => id)),
  };
}

/** Makes evidence of the claims that answer a page's questions, and of what is known of ids. */
export function evidenceOf(
  claims: readonly Claim[],
  isComplete: boolean,
  standingOf: (sourceId: string) => Presence,
): Evidence {
  const ids = new Set(claims.map(({ sourceId }) => sourceId));
  const named = Map.groupBy(claims, ({ nameKey }) => nameKey);
  const addressed = Map.groupBy(claims, ({ emailKey }) => emailKey);
  const owned = claims.filter(({ userId }) => userId !== undefined);
  const owners = new Map(owned.map(({ userId, sourceId }) => [userId, sourceId]));
  const idsOf = (some: readonly Claim[] = []) => unique(some.map(({ sourceId }) => sourceId));
  return {
    isComplete,
    standing: (sourceId) => (ids.has(sourceId) ? "present" : standingOf(sourceId)),
    named: (nameKey) => idsOf(named.get(nameKey)),
    addressed: (emailKey) => idsOf(addressed.get(emailKey)),
    ownerOf: (userId) => owners.get(userId),
  };
}

/**
 * The claims of people whose users the bridge let go in former runs: they hold as long as the provider
 * has those people, and while that is not certain.
 */
export function claimsOfReleased(
  released: readonly Released[],
  claims: readonly Claim[],
  isComplete: boolean,
): readonly Claim[] {
  const listed = new Set(claims.map(({ sourceId }) => sourceId));
  return released
    .filter(({ sourceId }) => !isComplete || listed.has(sourceId))
    .map((each) => ({ ...each, nameKey: undefined, emailKey: undefined }));
}

/** The live users whom a record matches by its name or its address. */
function candidatesOf(user: PreparedUser, known: Known): readonly ResourceRecord[] {
  const { nameKey, emailKey = "" } = claimOf(user) ?? {};
  const named = known.records.get(keyText({ key: "name", value: nameKey ?? "" }));
  const addressed = (known.byEmail.get(emailKey) ?? []).filter(
    (each) => primaryEmailKey(documentOf(each)) === emailKey,
  );
  return named === undefined ? addressed : [named, ...addressed];
}

function holderIds(record: ResourceRecord, { links }: Known): readonly string[] {
  const link = links.byUser(record.id);
  // A linked user is handed over only once his link is known to be without its person.
  if (link !== undefined && link.goneAt === undefined) return [];
  const { externalId } = documentOf(record);
  const own = typeof externalId === "string" && externalId !== "" ? [externalId] : [];
  return link === undefined ? own : [link.sourceId, ...own];
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

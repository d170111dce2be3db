import type { Directory, LogEntry, Page } from "#test/support/fake-directory/directory.ts";
import {
  type Call,
  decodeCursor,
  encodeCursor,
  json,
  linkTo,
  pageOf,
  readPage,
} from "#test/support/fake-directory/face.ts";
import type { Group } from "#test/support/fake-directory/group.ts";
import type { Person } from "#test/support/fake-directory/person.ts";
import {
  ENTRA_GROUPS,
  ENTRA_USERS,
  GROUP_DEFAULTS,
  groupReference,
  groupRow,
  USER_DEFAULTS,
  userReference,
  userRow,
} from "./entra-record.ts";

/** Where a round of a delta query stands; it travels in the links, options included. */
interface Round {
  /** Everything up to here was told in earlier rounds; undefined in a first round. */
  readonly since: number | undefined;
  /** What happens later is for the next round. */
  readonly until: number;
  readonly from: number;
  readonly page: number;
  readonly select: readonly string[] | undefined;
  readonly at: number;
}

/** Tokens for directory objects live so long. */
const TOKEN_LIFE_MS = 7 * 86_400_000;

/** Members of a large group come on several rows under one id. */
const MEMBERS_PER_ROW = 100;

const PAGE_SIZE_DEFAULT = 200;

/** Answers `/users/delta` and `/groups/delta`. */
export function answerDelta(
  directory: Directory,
  call: Call,
  kind: "users" | "groups",
  select: readonly string[] | undefined,
): Response {
  const round = readRound(directory, call, select);
  if (round === "expired") return expired(call);
  if (round === "latest") return answerPage(call, latest(directory, call, select), []);
  if (round === undefined) return badToken();
  const size = pageSize(call);
  // Graph may answer an empty page with a next link: the second page of a round is one.
  if (round.page === 1) return answerPage(call, { ...round, page: 2 }, [], round.from);
  const read = kind === "users" ? userRows : groupRows;
  const isMinimal = call.request.headers.get("Prefer")?.includes("return=minimal") === true;
  const page = readPage(call, round.from, (from) =>
    read(directory, { ...round, from }, size, isMinimal),
  );
  const isSamePage = page.next === round.from;
  const following = isSamePage ? round.page : round.page + 1;
  return answerPage(call, { ...round, page: following }, page.items, page.next);
}

function latest(directory: Directory, call: Call, select: readonly string[] | undefined): Round {
  return { since: 0, until: directory.seq(), from: 0, page: 0, select, at: call.now };
}

function readRound(
  directory: Directory,
  call: Call,
  select: readonly string[] | undefined,
): Round | "latest" | "expired" | undefined {
  const skip = call.query.get("$skiptoken");
  const delta = call.query.get("$deltatoken");
  if (call.fault?.kind === "expiredDelta") return "expired";
  if (delta === "latest") return "latest";
  if (skip === null && delta === null)
    return { ...latest(directory, call, select), since: undefined };
  // The token is one of ours, or the cast's members are undefined and the check below refuses it.
  const round = decodeCursor(skip ?? delta ?? "") as Round | undefined;
  if (round?.at === undefined) return undefined;
  if (call.now - round.at > TOKEN_LIFE_MS) return "expired";
  if (skip !== null) return round;
  return { ...latest(directory, call, round.select), since: round.until };
}

function answerPage(
  call: Call,
  round: Round,
  rows: readonly unknown[],
  next?: number | undefined,
): Response {
  const context = {
    "@odata.context": `${call.url.origin}/v1.0/$metadata#${call.path.split("/")[2]}`,
  };
  const cleared = { $select: undefined, $skiptoken: undefined, $deltatoken: undefined };
  const link =
    next === undefined
      ? { "@odata.deltaLink": linkTo(call, { ...cleared, $deltatoken: encodeCursor(round) }) }
      : {
          "@odata.nextLink": linkTo(call, {
            ...cleared,
            $skiptoken: encodeCursor({ ...round, from: next }),
          }),
        };
  return json({ ...context, ...link, value: rows });
}

function userRows(
  directory: Directory,
  round: Round,
  size: number,
  isMinimal: boolean,
): Page<unknown> {
  const select = round.select ?? USER_DEFAULTS;
  if (round.since === undefined) {
    const page = directory.walk({ from: round.from, limit: size, keep: () => true });
    const people = page.items.filter(({ removed }) => removed !== "permanent");
    const rows = people.map((person) => deltaRow(person, select, undefined));
    return { items: rows, next: page.next };
  }
  const changes = fieldsByPerson(
    directory.logSince(round.since).slice(0, round.until - round.since),
  );
  // Replays happen: the first row of a later page was the last one of the page before.
  const from = round.from === 0 ? 0 : round.from - 1;
  const page = pageOf([...changes], from, size + round.from - from);
  const rows = page.items.map(([n, fields]) => {
    const person = directory.person(n);
    if (person === undefined) return { id: ENTRA_USERS.of(n), "@removed": { reason: "deleted" } };
    return deltaRow(person, select, isMinimal ? fields : undefined);
  });
  return { items: rows, next: page.next };
}

function fieldsByPerson(log: readonly LogEntry[]): Map<number, Set<string>> {
  const changes = new Map<number, Set<string>>();
  for (const entry of log) {
    if (entry.kind !== "person") continue;
    changes.set(entry.n, new Set([...(changes.get(entry.n) ?? []), ...entry.fields]));
  }
  return changes;
}

function deltaRow(
  person: Person,
  select: readonly string[],
  changed: ReadonlySet<string> | undefined,
): unknown {
  if (person.removed !== undefined) {
    return { id: ENTRA_USERS.of(person.n), "@removed": { reason: "changed" } };
  }
  const row = userRow(person, select, changed);
  const isManagerSaid = select.includes("manager") && (changed?.has("manager") ?? true);
  if (!isManagerSaid || person.manager === undefined) return row;
  if (person.manager !== null) return { ...row, "manager@delta": [userReference(person.manager)] };
  const former = { ...userReference(0), "@removed": { reason: "deleted" } };
  return { ...row, "manager@delta": [former] };
}

function groupRows(directory: Directory, round: Round, size: number): Page<unknown> {
  const select = round.select ?? [...GROUP_DEFAULTS, "members"];
  if (round.since === undefined) {
    const rows = directory.groups().flatMap((group) => wholeRows(group, select));
    const page = pageOf(rows, round.from, size);
    return { items: page.items.map((row) => row()), next: page.next };
  }
  const log = directory.logSince(round.since).slice(0, round.until - round.since);
  const changed = [...new Set(log.flatMap((entry) => (entry.kind === "person" ? [] : entry.n)))];
  const rows = changed.flatMap((n) => changedRows(directory, n, log, select));
  const page = pageOf(rows, round.from, size);
  return { items: page.items.map((row) => row()), next: page.next };
}

type Row = () => Record<string, unknown>;

/** The rows that show all of a group. */
function wholeRows(group: Group, select: readonly string[]): Row[] {
  const members = [
    ...[...group.people].map((n) => () => userReference(n)),
    ...[...group.groups].map((n) => () => groupReference(n)),
  ];
  return memberRows(group, members, select);
}

function memberRows(group: Group, members: readonly Row[], select: readonly string[]): Row[] {
  const own = () => groupRow(group, select);
  if (!select.includes("members") || members.length === 0) return [own];
  return Array.from({ length: Math.ceil(members.length / MEMBERS_PER_ROW) }, (_, index) => () => {
    const part = members.slice(index * MEMBERS_PER_ROW, (index + 1) * MEMBERS_PER_ROW);
    return { ...own(), "members@delta": part.map((member) => member()) };
  });
}

function changedRows(
  directory: Directory,
  n: number,
  log: readonly LogEntry[],
  select: readonly string[],
): Row[] {
  const group = directory.group(n);
  if (group === undefined) {
    return [() => ({ id: ENTRA_GROUPS.of(n), "@removed": { reason: "deleted" } })];
  }
  if (log.some((entry) => entry.kind === "group" && entry.n === n && entry.isNew)) {
    return wholeRows(group, select);
  }
  const joined = new Map<number, boolean>();
  for (const entry of log) {
    if (entry.kind === "member" && entry.n === n) joined.set(entry.person, entry.joined);
  }
  const members = [...joined].map(([person, isMember]) => () => ({
    ...userReference(person),
    ...(isMember ? {} : { "@removed": { reason: "deleted" } }),
  }));
  return memberRows(group, members, select);
}

function pageSize({ request }: Call): number {
  const wanted = /odata\.maxpagesize=(\d+)/.exec(request.headers.get("Prefer") ?? "")?.[1];
  return wanted === undefined ? PAGE_SIZE_DEFAULT : Number(wanted);
}

/** 410 with the address of a fresh round: everything has to be read again. */
function expired(call: Call): Response {
  const location = linkTo(call, { $skiptoken: undefined, $deltatoken: undefined });
  const error = { code: "syncStateNotFound", message: "Resync required. The token is too old." };
  return json({ error }, 410, { Location: location });
}

function badToken(): Response {
  return json({ error: { code: "Directory_InvalidToken", message: "Badly formed token." } }, 400);
}

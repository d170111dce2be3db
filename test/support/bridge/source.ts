import {
  type Listing,
  type MembersPage,
  type ScopePage,
  type ScopePart,
  type Source,
  SourceError,
  type SourceFailure,
  type SourceGroup,
  type SourcePage,
  type UnsupportedMember,
} from "#bridge/source/source.ts";
import type { JsonObject } from "#scim/json.ts";

/** A person as the tests speak of one; what is left out is made up from the id. */
export interface Person {
  readonly id: string;
  readonly login?: string;
  readonly active?: boolean;
  readonly firstName?: string;
  readonly title?: string;
  readonly manager?: string;
}

/** A group as the tests speak of one; its members are people or groups. */
export interface GroupOfPeople {
  readonly id: string;
  readonly name: string;
  readonly members: readonly string[];
}

/** What a source is asked for: a page of a listing, one user or one group. */
export type Asked = Listing | "readUser" | "findUser" | "findGroup" | "members" | "scope";

/** A provider kept in memory, whose records are those of Okta. */
export class BridgeSource implements Source {
  readonly userListings = ["users"] as const;
  delta = { users: false, groups: false };
  cursorLifeMs = 3_600_000;
  pageSize = 2;
  total: number | undefined;
  /** What was asked, in order: the listing with its cursor and `since`, or the user's id. */
  readonly asked: string[] = [];
  /** The failures of the calls to come, in order; undefined lets a call pass. */
  readonly failures: (SourceFailure | undefined)[] = [];
  /** Called before each answer. */
  onCall: (what: Asked) => Promise<void> | void = () => undefined;
  /** Whether a group's record brings its members along; otherwise they have to be asked for. */
  sendsMembers = false;
  /** Groups that are there, but that no listing shows. */
  readonly unlisted = new Set<string>();
  /** Groups about which the answer is odd, whatever is asked of them. */
  readonly oddGroups = new Set<string>();
  /** Members of groups who cannot be members here, by the group's id. */
  readonly unsupported = new Map<string, readonly UnsupportedMember[]>();
  groupsTotal: number | undefined;
  /** Who is assigned to an application, by its id; of its groups all members are named as well. */
  readonly applications = new Map<string, GroupOfPeople>();
  /** How many a part of the scope says it has, by its id. */
  readonly scopeTotals = new Map<string, number>();
  private readonly groups = new Map<string, GroupOfPeople>();
  private changedGroups: string[] = [];
  private people = new Map<string, JsonObject>();
  private changed: string[] = [];

  constructor(people: readonly Person[] = []) {
    this.put(...people);
  }

  /** Adds people, or changes them. */
  put(...people: readonly Person[]): void {
    for (const person of people) {
      this.people.set(person.id, recordOf(person));
      this.changed.push(person.id);
    }
  }

  /** Adds groups, or changes them. */
  putGroups(...groups: readonly GroupOfPeople[]): void {
    for (const group of groups) {
      this.groups.set(group.id, group);
      this.changedGroups.push(group.id);
    }
  }

  dropGroup(id: string): void {
    this.groups.delete(id);
  }

  /** Adds records as they are. */
  putRaw(...records: readonly (JsonObject & { readonly id: string })[]): void {
    for (const record of records) this.people.set(record.id, record);
  }

  /** Takes people out without a trace. */
  drop(...ids: readonly string[]): void {
    for (const id of ids) this.people.delete(id);
  }

  /** Some of the records, in the order of the listing. */
  records(start: number, end: number): readonly JsonObject[] {
    return [...this.people.values()].slice(start, end);
  }

  async listPage(
    listing: Listing,
    cursor: string | undefined,
    since: string | undefined,
  ): Promise<SourcePage> {
    await this.note(listing, `${listing} ${cursor ?? "first"}${since ? ` since ${since}` : ""}`);
    const isGroups = listing === "groups";
    const all = isGroups ? this.groupsSince(since) : this.peopleSince(since);
    const start = Number(cursor ?? 0);
    const end = start + this.pageSize;
    const isLast = end >= all.length;
    return {
      records: all.slice(start, end),
      next: isLast ? undefined : String(end),
      total: isGroups ? this.groupsTotal : this.total,
      deltaFrom: isLast ? this.deltaFrom(isGroups) : undefined,
    };
  }

  async readUser(id: string): Promise<JsonObject | undefined> {
    await this.note("readUser", `readUser ${id}`);
    return this.people.get(id);
  }

  async findUser(key: string): Promise<JsonObject | undefined> {
    await this.note("findUser", `findUser ${key}`);
    return [...this.people.values()].find(
      (record) => record.id === key || JSON.stringify(record.profile).includes(`"${key}"`),
    );
  }

  async findGroup(id: string): Promise<JsonObject | undefined> {
    await this.note("findGroup", `findGroup ${id}`);
    this.refuseOdd(id);
    return this.groups.has(id) ? { id } : undefined;
  }

  readGroup(record: JsonObject): SourceGroup | undefined {
    const group = this.groups.get(String(record.id));
    if (group === undefined) return undefined;
    const members = this.sendsMembers
      ? ({ kind: "whole", sourceIds: group.members } as const)
      : ({ kind: "listed" } as const);
    return { sourceId: group.id, displayName: group.name, isRemoved: false, members };
  }

  async membersPage(groupId: string, cursor: string | undefined): Promise<MembersPage> {
    await this.note("members", `members ${groupId} ${cursor ?? "first"}`);
    this.refuseOdd(groupId);
    const all = this.groups.get(groupId)?.members ?? [];
    const end = Number(cursor ?? 0) + this.pageSize;
    const sourceIds = all.slice(Number(cursor ?? 0), end);
    const unsupported = this.unsupported.get(groupId);
    return { sourceIds, unsupported, next: end >= all.length ? undefined : String(end) };
  }

  async scopePage({ kind, sourceId }: ScopePart, cursor: string | undefined): Promise<ScopePage> {
    await this.note("scope", `scope ${kind} ${sourceId} ${cursor ?? "first"}`);
    this.refuseOdd(sourceId);
    const part = (kind === "group" ? this.groups : this.applications).get(sourceId);
    if (part === undefined)
      throw new SourceError({ kind: "record", sourceId, mayPass: true }, "No such thing.");
    const end = Number(cursor ?? 0) + this.pageSize;
    const some = part.members.slice(Number(cursor ?? 0), end);
    return {
      sourceIds: some.filter((id) => !this.groups.has(id)),
      groups: some
        .filter((id) => this.groups.has(id))
        .map((id) => ({ sourceId: id, isExpanded: false })),
      total: this.scopeTotals.get(sourceId),
      next: end >= part.members.length ? undefined : String(end),
    };
  }

  private groupsSince(since: string | undefined): JsonObject[] {
    const changed = new Set(this.changedGroups.slice(Number(since ?? 0)));
    return [...this.groups.keys()]
      .filter((id) => !this.unlisted.has(id) && (since === undefined || changed.has(id)))
      .map((id) => ({ id }));
  }

  private deltaFrom(isGroups: boolean): string | undefined {
    if (isGroups) return this.delta.groups ? String(this.changedGroups.length) : undefined;
    return this.delta.users ? String(this.changed.length) : undefined;
  }

  private refuseOdd(sourceId: string): void {
    if (!this.oddGroups.has(sourceId)) return;
    throw new SourceError(
      { kind: "record", sourceId, mayPass: true },
      "The test wants an odd answer.",
    );
  }

  private peopleSince(since: string | undefined): JsonObject[] {
    if (since === undefined) return [...this.people.values()];
    const ids = new Set(this.changed.slice(Number(since)));
    return [...this.people.values()].filter(({ id }) => ids.has(String(id)));
  }

  private async note(what: Asked, line: string): Promise<void> {
    this.asked.push(line);
    await this.onCall(what);
    const failure = this.failures.shift();
    if (failure !== undefined) throw new SourceError(failure, `The test wants ${failure.kind}.`);
  }
}

/** So many people: p0, p1, … */
export function manyPeople(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, n) => ({ id: `p${n}` }));
}

function recordOf({
  id,
  login,
  active = true,
  firstName = "Ada",
  title,
  manager,
}: Person): JsonObject {
  const address = login ?? `${id}@example.com`;
  return {
    id,
    status: active ? "ACTIVE" : "SUSPENDED",
    profile: {
      login: address,
      email: address,
      firstName,
      lastName: "Lovelace",
      ...(title !== undefined && { title }),
      ...(manager !== undefined && { managerId: manager }),
    },
  };
}

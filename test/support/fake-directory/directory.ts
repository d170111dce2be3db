import type { DirectoryChange, GroupSeed, PersonRef } from "./change.ts";
import { type Group, generateGroups, groupOf } from "./group.ts";
import {
  BASE_TIME,
  generatePerson,
  ordinalOfLogin,
  type Person,
  type PersonSeed,
  personOf,
} from "./person.ts";

/** What a fake directory begins with: a number of generated ones, or those that a test names. */
export interface DirectorySeed {
  readonly users?: number | readonly PersonSeed[];
  readonly groups?: number | readonly GroupSeed[];
  /** Stands still at this time until it is set; without it, real time. */
  readonly clock?: number;
}

/** What happened, in order; `seq` counts from 1. */
export type LogEntry =
  | { readonly seq: number; readonly kind: "person"; readonly n: number; readonly fields: string[] }
  | { readonly seq: number; readonly kind: "group"; readonly n: number; readonly isNew: boolean }
  | {
      readonly seq: number;
      readonly kind: "member";
      readonly n: number;
      readonly person: number;
      readonly joined: boolean;
    };

type NewEntry = LogEntry extends infer Entry
  ? Entry extends LogEntry
    ? Omit<Entry, "seq">
    : never
  : never;

/** Which people a walk is after. */
export interface Walk {
  /** The first ordinal to look at. */
  readonly from: number;
  readonly limit: number;
  readonly keep: (person: Person) => boolean;
  /** Only people changed since; spares a look at all the others. */
  readonly since?: number | undefined;
}

/** Some of a list, and the ordinal of the first that was left; undefined at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: number | undefined;
}

/** People and groups that change over time, as all fake providers show them. */
export interface Directory {
  readonly now: () => number;
  readonly apply: (...changes: readonly DirectoryChange[]) => void;
  /** Also one who was removed softly; undefined for none and for one who is gone for good. */
  readonly person: (n: number) => Person | undefined;
  /** By the provider's own id, where the records are a test's own (recorded.ts). */
  readonly recorded?: (id: string) => Person | undefined;
  /** By login or address, in any letter case, among those who are there. */
  readonly find: (login: string) => Person | undefined;
  readonly walk: (walk: Walk) => Page<Person>;
  /** The people who are there, from a position on. */
  readonly slice: (offset: number, limit: number) => readonly Person[];
  readonly liveCount: () => number;
  /** Groups that are there. */
  readonly groups: () => readonly Group[];
  /** Undefined for none and for a removed one. */
  readonly group: (n: number) => Group | undefined;
  readonly seq: () => number;
  readonly logSince: (seq: number) => readonly LogEntry[];
}

/** Whether a person is there, in whatever state. */
export function isLive(person: Person): boolean {
  return person.removed === undefined;
}

/** The person of an id, whose ordinal `ordinal` reads from it; by login where the id is no id. */
export function personByKey(
  directory: Directory,
  key: string,
  ordinal: (id: string) => number | undefined,
): Person | undefined {
  if (directory.recorded !== undefined) return directory.recorded(key);
  const n = ordinal(key);
  return n === undefined ? directory.find(key) : directory.person(n);
}

/** Makes a directory. Generated people cost nothing until they are asked for. */
export function createDirectory(seed: DirectorySeed = {}): Directory {
  return new ModelledDirectory(seed);
}

class ModelledDirectory implements Directory {
  readonly #generated: number;
  #size: number;
  /** Everybody who is not as generated. */
  readonly #people = new Map<number, Person>();
  readonly #logins = new Map<string, number>();
  /** The ordinals of removed people. */
  readonly #removed = new Set<number>();
  readonly #groups: Group[] = [];
  readonly #log: LogEntry[] = [];
  #clock: number | undefined;

  constructor({ users = 0, groups = 0, clock }: DirectorySeed) {
    this.#clock = clock;
    this.#generated = typeof users === "number" ? users : 0;
    this.#size = this.#generated;
    if (typeof users !== "number") for (const person of users) this.#add(person, BASE_TIME);
    const seeds = typeof groups === "number" ? generateGroups(groups, this.#size) : groups;
    for (const group of seeds) this.#groups.push(groupOf(this.#groups.length, group, BASE_TIME));
    this.#log.length = 0;
  }

  now = (): number => this.#clock ?? Date.now();

  apply = (...changes: readonly DirectoryChange[]): void => {
    for (const change of changes) this.#apply(change);
  };

  person = (n: number): Person | undefined => {
    const person = this.#any(n);
    return person?.removed === "permanent" ? undefined : person;
  };

  find = (login: string): Person | undefined => {
    const key = login.toLowerCase();
    const n = this.#logins.get(key) ?? ordinalOfLogin(key);
    const person = n === undefined ? undefined : this.#any(n);
    if (person === undefined || !isLive(person)) return undefined;
    return loginsOf(person).includes(key) ? person : undefined;
  };

  walk = ({ from, limit, keep, since }: Walk): Page<Person> => {
    const items: Person[] = [];
    for (const n of this.#ordinals(from, since)) {
      const person = this.#any(n);
      if (person === undefined || !keep(person)) continue;
      if (since !== undefined && person.lastUpdated < since) continue;
      if (items.length === limit) return { items, next: n };
      items.push(person);
    }
    return { items, next: undefined };
  };

  slice = (offset: number, limit: number): readonly Person[] =>
    this.walk({ from: this.#ordinalAt(offset), limit, keep: isLive }).items;

  liveCount = (): number => this.#size - this.#removed.size;

  groups = (): readonly Group[] => this.#groups.filter(({ isRemoved }) => !isRemoved);

  group = (n: number): Group | undefined => {
    const group = this.#groups[n];
    return group?.isRemoved === false ? group : undefined;
  };

  seq = (): number => this.#log.length;

  logSince = (seq: number): readonly LogEntry[] => this.#log.slice(seq);

  #apply(change: DirectoryChange): void {
    switch (change.op) {
      case "add":
        this.#add(change.person, this.now());
        return;
      case "change":
        this.#set(change.person, change.set);
        return;
      case "rename":
        this.#set(change.person, { userName: change.userName, email: change.userName });
        return;
      case "disable":
        this.#set(change.person, { status: "disabled" });
        return;
      case "enable":
        this.#set(change.person, { status: "active" });
        return;
      case "remove":
        this.#remove(this.#resolve(change.person), change.permanent === true);
        return;
      case "restore":
        this.#restore(this.#resolve(change.person));
        return;
      case "rehire":
        this.#rehire(this.#resolve(change.person));
        return;
      case "addGroup":
        this.#addGroup(change.group);
        return;
      case "renameGroup":
        this.#changeGroup(change.group, (group) => ({ ...group, name: change.name }));
        return;
      case "removeGroup":
        this.#changeGroup(change.group, (group) => ({ ...group, isRemoved: true }));
        return;
      case "join":
        this.#member(change.group, this.#resolve(change.person).n, true);
        return;
      case "leave":
        this.#member(change.group, this.#resolve(change.person).n, false);
        return;
      case "setClock":
        this.#clock = change.at;
    }
  }

  #any(n: number): Person | undefined {
    if (!Number.isInteger(n) || n < 0 || n >= this.#size) return undefined;
    return this.#people.get(n) ?? generatePerson(n);
  }

  *#ordinals(from: number, since: number | undefined): Iterable<number> {
    if (since === undefined || since <= BASE_TIME) {
      for (let n = from; n < this.#size; n += 1) yield n;
      return;
    }
    yield* [...this.#people.keys()].filter((n) => n >= from).sort((a, b) => a - b);
  }

  #ordinalAt(offset: number): number {
    let n = offset;
    for (const removed of [...this.#removed].sort((a, b) => a - b)) {
      if (removed > n) break;
      n += 1;
    }
    return n;
  }

  /** Also finds a removed person, by ordinal or by the login that he had. */
  #resolve(reference: PersonRef): Person {
    const key = typeof reference === "string" ? reference.toLowerCase() : "";
    const n =
      typeof reference === "number" ? reference : (this.#logins.get(key) ?? ordinalOfLogin(key));
    const person = n === undefined ? undefined : this.#any(n);
    if (person === undefined) throw new Error(`The fake directory has no ${reference}.`);
    return person;
  }

  #add(seed: PersonSeed, now: number): void {
    const n = this.#size;
    this.#size += 1;
    this.#put(personOf(n, seed, now), Object.keys(seed));
  }

  #put(person: Person, fields: string[]): void {
    this.#people.set(person.n, person);
    for (const login of loginsOf(person)) this.#logins.set(login, person.n);
    if (isLive(person)) this.#removed.delete(person.n);
    else this.#removed.add(person.n);
    this.#note({ kind: "person", n: person.n, fields });
  }

  #set(reference: PersonRef, set: PersonSeed): void {
    const person = this.#resolve(reference);
    this.#put({ ...person, ...set, lastUpdated: this.now() }, Object.keys(set));
  }

  #remove(person: Person, isPermanent: boolean): void {
    const now = this.now();
    const removed = isPermanent ? "permanent" : "soft";
    this.#put({ ...person, removed, removedAt: now, lastUpdated: now }, []);
    for (const group of this.#groups) {
      if (group.people.has(person.n)) this.#member(group.n, person.n, false);
    }
  }

  #restore(person: Person): void {
    const back = { ...person, removed: undefined, removedAt: undefined, lastUpdated: this.now() };
    this.#put(back, []);
  }

  #rehire(person: Person): void {
    if (person.removed !== "permanent") this.#remove(person, true);
    this.#add({ ...person, status: "active" }, this.now());
  }

  #addGroup(seed: GroupSeed): void {
    this.#groups.push(groupOf(this.#groups.length, seed, this.now()));
    this.#note({ kind: "group", n: this.#groups.length - 1, isNew: true });
  }

  #changeGroup(n: number, change: (group: Group) => Group): void {
    const group = this.#groups[n];
    if (group === undefined) throw new Error(`The fake directory has no group ${n}.`);
    this.#groups[n] = { ...change(group), lastUpdated: this.now() };
    this.#note({ kind: "group", n, isNew: false });
  }

  #member(n: number, person: number, joined: boolean): void {
    const group = this.#groups[n];
    if (group === undefined) throw new Error(`The fake directory has no group ${n}.`);
    if (joined) group.people.add(person);
    else group.people.delete(person);
    group.lastMembershipUpdated = this.now();
    this.#note({ kind: "member", n, person, joined });
  }

  #note(entry: NewEntry): void {
    this.#log.push({ ...entry, seq: this.#log.length + 1 });
  }
}

function loginsOf(person: Person): string[] {
  return [person.userName, person.email].flatMap((login) => login?.toLowerCase() ?? []);
}

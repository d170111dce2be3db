import type { ConflictReason } from "#bridge/plan/operation.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import type { Played } from "./fixtures.ts";
import type { SeenEvent, Sight } from "./observer.ts";

/** What a step was to come to, and what it came to, in the same words. */
export interface Judged {
  readonly found: Outcome;
  readonly expected: Outcome;
}

interface Outcome {
  /** The expected operations, as the fixtures write them; and those that nobody expected. */
  readonly operations: readonly JsonObject[];
  /** All users of the connector, by id: attribute paths as the fixtures write them. */
  readonly users: Readonly<Record<string, JsonObject>>;
  /** The same users as the change feed told them last, and the kinds of its events. */
  readonly told: Readonly<Record<string, JsonObject>>;
  readonly events: Readonly<Record<string, readonly string[]>>;
  /** The source ids in the order in which their users were written. */
  readonly order: readonly string[];
  readonly run: JsonObject;
}

/** Compares a step's run with what its fixture expects; text counts as the same by NFC. */
export function judgeStep(played: Played): Judged {
  return new Judge(played).judged();
}

type Flat = Map<string, JsonValue>;

class Judge {
  readonly #expect: readonly JsonObject[];
  readonly #before: Sight;
  readonly #after: Sight;

  constructor(private readonly played: Played) {
    this.#before = played.before;
    this.#after = played.after;
    this.#expect = played.step.expect.map((each) => this.#withLocalIds(each));
  }

  judged(): Judged {
    const guards = this.#expect.filter(({ op }) => op === "guard");
    const others = this.#expect.filter(({ op }) => op !== "guard");
    const foundOthers = others.map((each) => this.#found(each));
    const run = this.#after.run;
    return normalized({
      found: {
        operations: [...foundOthers, ...this.#unexpected(others)],
        users: recordOf(this.#after.users),
        told: this.#told(),
        events: this.#eventsOf(this.#after.feed),
        order: this.#foundOrder(),
        run: {
          mode: run?.mode ?? null,
          state: run?.state ?? null,
          error: run?.error ?? null,
          ...this.#heldFound(guards),
        },
      },
      expected: {
        operations: others.map((each) => this.#expected(each)),
        users: recordOf(this.#usersExpected(others)),
        told: this.#toldExpected(others),
        events: this.#eventsExpected(others),
        order: this.#orderExpected(others),
        run: {
          mode: this.played.step.feed,
          state: "succeeded",
          error: null,
          ...heldExpected(guards),
        },
      },
    });
  }

  #expected(each: JsonObject): JsonObject {
    const { op, source = null } = each;
    const why = this.#whyFound(each) === undefined ? {} : { why: each.why ?? null };
    const shown = { op: op ?? null, source, ...why, ...("id" in each && { id: each.id ?? null }) };
    if (op === "create") return { ...shown, issues: each.issues ?? [] };
    if (op === "conflict") return { ...shown, issue: true };
    if (op === "ignore")
      return { ...shown, ...("issue" in each && { issue: each.issue ?? false }) };
    const sides = { set: each.set ?? {}, unset: each.unset ?? [] };
    return { ...shown, ...(this.#isAlone(each) && sides), issues: each.issues ?? [] };
  }

  #found(each: JsonObject): JsonObject {
    const source = String(each.source);
    const kinds = this.#issuesOf(source);
    const op = this.#opOf(source);
    const why = this.#whyFound(each);
    const shown = {
      op,
      source,
      ...(why !== undefined && { why }),
      ...("id" in each && { id: this.#userOf(source) ?? null }),
    };
    if (op === "create") return { ...shown, issues: kinds };
    if (op === "conflict") return { ...shown, issue: true };
    if (op === "ignore") return { ...shown, ...("issue" in each && { issue: kinds.length > 0 }) };
    return { ...shown, ...(this.#isAlone(each) && this.#changed(source)), issues: kinds };
  }

  /** Changes of users for which no operation was expected. */
  #unexpected(expected: readonly JsonObject[]): readonly JsonObject[] {
    const known = new Set(expected.map(({ source }) => String(source)));
    const linked = new Set([...this.#before.links.keys(), ...this.#after.links.keys()]);
    return [...linked]
      .filter((source) => !known.has(source) && !this.#wentToAnother(source))
      .map((source) => ({ op: this.#opOf(source), source }))
      .filter(({ op }) => op !== "skip");
  }

  #opOf(source: string): string {
    const [before, after] = [this.#before.links.get(source), this.#after.links.get(source)];
    const isConflict = this.#issuesOf(source).some((kind) => CONFLICTS.has(kind));
    if (before === undefined && after === undefined) return isConflict ? "conflict" : "ignore";
    if (before === undefined) {
      if (!this.#before.users.has(after ?? "")) return "create";
      return [...this.#before.links.values()].includes(after ?? "") ? "relink" : "adopt";
    }
    // Who went under one id and came back under another has gone, too.
    if (after === undefined) return this.#wentToAnother(source) ? "deactivate" : "unmanage";
    const [was, is] = [this.#before, this.#after].map(({ users }) => users.get(before)?.active);
    if (was !== is) return is === true ? "reactivate" : "deactivate";
    const { set, unset } = this.#changed(source);
    if (Object.keys(set).length + unset.length > 0) return "update";
    return isConflict ? "conflict" : "skip";
  }

  #wentToAnother(source: string): boolean {
    const userId = this.#before.links.get(source) ?? "";
    if (this.#after.links.has(source)) return false;
    return [...this.#after.links.values()].includes(userId);
  }

  #userOf(source: string): string | undefined {
    return this.#after.links.get(source) ?? this.#before.links.get(source);
  }

  #changed(source: string): { set: JsonObject; unset: readonly string[] } {
    const userId = this.#userOf(source) ?? "";
    const from = flat(this.#before.users.get(userId) ?? {});
    const to = flat(this.#after.users.get(userId) ?? {});
    const changed = [...to].filter(([path, value]) => !isSame(value, from.get(path)));
    const unset = [...from.keys()].filter((path) => !to.has(path));
    return { set: Object.fromEntries(changed), unset };
  }

  /** Whether it is all that is expected of its user; of several the outcome alone counts. */
  #isAlone({ source }: JsonObject): boolean {
    const userId = this.#userOf(String(source));
    const same = this.#expect.filter((each) => this.#userOf(String(each.source)) === userId);
    return userId === undefined || same.length === 1;
  }

  #issuesOf(source: string): readonly string[] {
    const issues = this.#after.run?.issues ?? [];
    return issues.filter(({ sourceId }) => sourceId === source).map(({ kind }) => kind);
  }

  /** The reason where it can be seen and is asked for. */
  #whyFound({ source, why, op }: JsonObject): string | undefined {
    if (why === undefined) return undefined;
    const planned = this.played.reasons?.get(String(source));
    if (op === "ignore" || op === "conflict") return planned ?? this.#issuesOf(String(source))[0];
    return planned ?? undefined;
  }

  #usersExpected(expected: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
    const users = new Map([...this.#before.users].map(([id, user]) => [id, flat(user)]));
    for (const each of expected) {
      const userId = this.#userOf(String(each.source));
      if (userId === undefined) continue;
      const user = users.get(userId) ?? new Map();
      if (isJsonObject(each.scim)) users.set(userId, flat(each.scim));
      else if (isJsonObject(each.set) || Array.isArray(each.unset))
        users.set(userId, laid(user, each));
    }
    return new Map([...users].map(([id, user]) => [id, Object.fromEntries(user)]));
  }

  #told(): Readonly<Record<string, JsonObject>> {
    return recordOf(new Map(this.#after.feed.map(({ userId, user }) => [userId, user])));
  }

  #toldExpected(expected: readonly JsonObject[]): Readonly<Record<string, JsonObject>> {
    const users = Object.entries(recordOf(this.#usersExpected(expected)));
    const written = new Set(this.#after.feed.map(({ userId }) => userId));
    return Object.fromEntries(users.filter(([id]) => written.has(id)));
  }

  #eventsOf(feed: readonly SeenEvent[]): Readonly<Record<string, readonly string[]>> {
    const types = new Map<string, string[]>();
    for (const { userId, type } of feed) types.set(userId, [...(types.get(userId) ?? []), type]);
    const several = [...types].filter(([id]) => this.#isOneOperation(id));
    return Object.fromEntries(several.map(([id, each]) => [id, significant(each)]));
  }

  #eventsExpected(expected: readonly JsonObject[]): Readonly<Record<string, readonly string[]>> {
    const events = expected.flatMap((each) => {
      const userId = this.#userOf(String(each.source)) ?? "";
      const type = eventOf(each);
      return type === undefined || !this.#isOneOperation(userId) ? [] : [[userId, [type]] as const];
    });
    return Object.fromEntries(events);
  }

  #isOneOperation(userId: string): boolean {
    return this.#expect.filter(({ source }) => this.#userOf(String(source)) === userId).length < 2;
  }

  /** Who is adopted, relinked or switched off is so after the listing; the others in its order. */
  #foundOrder(): readonly string[] {
    const sources = new Map([...this.#after.links].map(([source, userId]) => [userId, source]));
    const written = new Set(this.#after.feed.map(({ userId }) => sources.get(userId) ?? userId));
    return [...written].filter((source) => IN_ORDER.has(this.#opOf(source)));
  }

  #orderExpected(expected: readonly JsonObject[]): readonly string[] {
    const written = expected.filter((each) => eventOf(each) !== undefined);
    const inOrder = written.filter(({ op }) => IN_ORDER.has(String(op)));
    return [...new Set(inOrder.map(({ source }) => String(source)))];
  }

  #heldFound(guards: readonly JsonObject[]): JsonObject {
    const held = this.#after.run?.held ?? 0;
    const of = [...this.#before.links.values()].filter(
      (id) => this.#before.users.get(id)?.active !== false,
    ).length;
    const wanted = heldExpected(guards);
    return {
      held: wanted.held === "some" ? (held > 0 ? "some" : "none") : held,
      ...("of" in wanted && { of }),
    };
  }

  #withLocalIds(expected: JsonObject): JsonObject {
    const text = JSON.stringify(expected).replace(/"@ref:([^"]*)"/g, (_, source) =>
      JSON.stringify(this.#after.links.get(source) ?? source),
    );
    const local: JsonValue = JSON.parse(text);
    if (!isJsonObject(local)) throw new Error("An expectation is an object.");
    const id = this.played.storeIds.get(String(local.id));
    return id === undefined ? local : { ...local, id };
  }
}

const IN_ORDER: ReadonlySet<string> = new Set(["create", "update", "reactivate"]);

const CONFLICTS: ReadonlySet<string> = new Set<ConflictReason>([
  "userName-taken",
  "externalId-taken",
  "rehire-conflict",
  "account-of-another",
  "match-undecided",
]);

/** `held` is a number, true or "held"; or `{missing, of}` says how many of how many. */
function heldExpected(guards: readonly JsonObject[]): JsonObject {
  const [guard] = guards;
  if (guard === undefined) return { held: 0 };
  const said = [guard.guard, guard.held, guard].find(isJsonObject) ?? {};
  const missing = said.missing ?? guard.held;
  return {
    held: typeof missing === "number" ? missing : "some",
    ...(said.of !== undefined && { of: said.of }),
  };
}

function eventOf({ op, set, unset = [] }: JsonObject): string | undefined {
  if (op === "create") return "user.created";
  if (op === "deactivate") return "user.deactivated";
  if (!isJsonObject(set) && Array.isArray(unset) && unset.length === 0) return undefined;
  const active = isJsonObject(set) ? set.active : undefined;
  if (active === undefined) return "user.updated";
  return active === true ? "user.reactivated" : "user.deactivated";
}

/** A manager who was listed later, or what else changed of somebody who goes, makes an event of its own. */
function significant(types: readonly string[]): readonly string[] {
  const main = types.filter((type) => type !== "user.updated");
  return main.length > 0 ? main : types;
}

function laid(user: Flat, { set = {}, unset = [] }: JsonObject): Flat {
  const result = new Map(user);
  for (const path of Array.isArray(unset) ? unset : []) result.delete(String(path));
  for (const [path, value] of isJsonObject(set) ? Object.entries(set) : []) result.set(path, value);
  return result;
}

function recordOf(users: ReadonlyMap<string, JsonObject>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries([...users].map(([id, user]) => [id, Object.fromEntries(flat(user))]));
}

/** Attribute paths as the fixtures write them: `a`, `a.b` and `URN:attr`. */
function flat(document: JsonObject): Flat {
  return new Map(
    Object.entries(document).flatMap(([name, value]): [string, JsonValue][] => {
      if (!isJsonObject(value) || name.lastIndexOf(":User:") > 0) return [[name, value]];
      const separator = name.includes(":") ? ":" : ".";
      return Object.entries(value).map(([part, inner]) => [`${name}${separator}${part}`, inner]);
    }),
  );
}

function isSame(left: JsonValue, right: JsonValue | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function normalized(judged: Judged): Judged {
  // The same shape with each text in NFC.
  return JSON.parse(JSON.stringify(judged).normalize("NFC")) as Judged;
}

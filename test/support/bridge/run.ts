import {
  BRIDGE_DEFAULTS,
  type BridgeConfig,
  type BridgeSettings,
  NO_RULES,
  type UserRules,
} from "#bridge/config/settings.ts";
import type { Evidence, ListingMode, PlanContext, PreparedRecord } from "#bridge/plan/context.ts";
import {
  type Claim,
  claimOf,
  claimsLeft,
  claimsOfReleased,
  evidenceOf,
  NO_EVIDENCE,
} from "#bridge/plan/evidence.ts";
import { judgeGuard, planSwitchOffs } from "#bridge/plan/guard.ts";
import { lookupsOf } from "#bridge/plan/lookups.ts";
import { needsConfirming, planMissing, rehiredFrom } from "#bridge/plan/missing.ts";
import type { Operation, SwitchOff } from "#bridge/plan/operation.ts";
import { planPage } from "#bridge/plan/plan.ts";
import { preparePage } from "#bridge/plan/prepare.ts";
import type { JsonObject } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { USER } from "#scim/schema/registry.ts";
import type { BridgeMemory } from "./memory.ts";

/** What a run did, with the document of the user it did it to before and after. */
export interface Done {
  readonly operation: Operation | { readonly op: "guard"; readonly held: number };
  readonly before: ResourceRecord | undefined;
  readonly after: ResourceRecord | undefined;
}

/** A config of a source with some settings of its own. */
export function aConfig(
  source: BridgeConfig["source"],
  settings: Partial<BridgeSettings> = {},
  rules: Partial<UserRules> = {},
): BridgeConfig {
  return {
    source,
    settings: { ...BRIDGE_DEFAULTS, ...settings },
    type: USER,
    rules: { ...NO_RULES, ...rules },
  };
}

/** A context for planning; ids are counted from 1, those left out that the directory has. */
export function aContext(
  config: BridgeConfig,
  memory: BridgeMemory,
  more: Partial<PlanContext> = {},
): PlanContext {
  let newIds = 0;
  const newId = (): string => {
    newIds += 1;
    const id = `user-${newIds}`;
    return memory.users.has(id) ? newId() : id;
  };
  return { now: 1_000, newId, type: USER, deletion: "soft", config, pass: "page", ...more };
}

/** Plans one page and stores what is to be written at once. */
export async function runPage(
  memory: BridgeMemory,
  records: readonly JsonObject[],
  context: PlanContext,
  mode: ListingMode = "full",
): Promise<readonly Operation[]> {
  const page = await preparePage(records, context.config, mode);
  const look = new Look();
  if (context.pass !== "page") {
    return planAndStore(memory, page, context, look).map(({ operation }) => operation);
  }
  const listed = listPage(memory, page, context, look);
  const matched = matchWaiting(memory, context, look);
  const byId = new Map(matched.map(({ operation }) => [operation.sourceId, operation]));
  return listed.map(({ operation }) => byId.get(operation.sourceId) ?? operation);
}

/** What a run's listing came as: its pages, and whom the provider has beside them. */
export interface Listed {
  /** The last record of each page but the last one. */
  readonly cuts?: readonly number[];
  /** Ids that a look by id finds; without it every look answers 404. */
  readonly present?: ReadonlySet<string>;
}

/** One whole run over a listing, as the engine does it. */
export async function runListing(
  memory: BridgeMemory,
  records: readonly JsonObject[],
  context: PlanContext,
  mode: ListingMode,
  { cuts = [], present }: Listed = {},
): Promise<readonly Done[]> {
  const look = new Look(mode === "full", present);
  const ends = [...cuts, records.length];
  const pages = await Promise.all(
    ends.map((end, at) => preparePage(records.slice(ends[at - 1] ?? 0, end), context.config, mode)),
  );
  const page = pages.flat();
  const activeBefore = [...memory.bySource.values()].filter((link) => link.isActive).length;
  const shown = pages.flatMap((each) => listPage(memory, each, context, look));
  const matched = matchWaiting(memory, context, look);
  const listed = [...shown, ...matched].filter(({ operation }) => operation.op !== "conflict");
  const held = look.stillWaiting();
  const missing = mode === "full" ? planAbsent(memory, page, held, context, look) : [];
  const offs = [...listed, ...missing].flatMap(({ operation }) => offOf(operation) ?? []);
  const activeLinked = Math.max(
    activeBefore,
    [...memory.bySource.values()].filter((link) => link.isActive).length,
  );
  const count = { switchOffs: offs.length, activeLinked };
  const verdict = judgeGuard(count, context.config.settings.guard);
  const others = [...listed, ...missing].filter(({ operation }) => offOf(operation) === undefined);
  const switched = verdict === "pass" ? storeOffs(memory, offs, context) : new Map();
  const first = [...listed, ...missing].flatMap((done): readonly Done[] => {
    if (others.includes(done)) return [done];
    const off = offOf(done.operation);
    if (off === undefined || verdict === "hold") return [];
    return [{ ...done, after: switched.get(off.userId) ?? done.after }];
  });
  const guard: Done = {
    operation: { op: "guard", held: offs.length },
    before: undefined,
    after: undefined,
  };
  const second = planAndStore(memory, held, { ...context, pass: "second" }, look);
  return [...first, ...(verdict === "hold" ? [guard] : []), ...second];
}

/** One user on demand: a run of one record. */
export async function runSingle(
  memory: BridgeMemory,
  record: JsonObject,
  context: PlanContext,
  present: ReadonlySet<string>,
): Promise<readonly Operation[]> {
  const page = await preparePage([record], context.config, "full");
  const look = new Look(false, present);
  const done = planAndStore(memory, page, { ...context, pass: "second" }, look);
  storeOffs(
    memory,
    done.flatMap(({ operation }) => offOf(operation) ?? []),
    context,
  );
  return done.map(({ operation }) => operation);
}

/** What a run gathers of records that are not linked: those that wait, and what the others claim. */
class Look {
  readonly waiting = new Map<string, PreparedRecord>();
  readonly settled = new Set<string>();
  readonly claims: Claim[] = [];

  constructor(
    readonly isComplete = true,
    private readonly present: ReadonlySet<string> = new Set(),
  ) {}

  evidence({ links, released }: BridgeMemory): Evidence {
    const waiting = [...this.waiting.values()].flatMap((each) => claimOf(each) ?? []);
    const claims = [...waiting, ...this.claims];
    const letGo = [...released].map(([userId, sourceId]) => ({ userId, sourceId }));
    const former = claimsOfReleased(letGo, claims, this.isComplete);
    return evidenceOf([...claims, ...former], this.isComplete, (id) => {
      if (!this.isComplete) return this.present.has(id) ? "present" : "gone";
      const link = links.bySource(id);
      return link !== undefined && link.goneAt === undefined ? "present" : "gone";
    });
  }

  /** In the order of their source ids, as the object stores them. */
  stillWaiting(): readonly PreparedRecord[] {
    return [...this.waiting]
      .filter(([sourceId]) => !this.settled.has(sourceId))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, prepared]) => prepared);
  }
}

function listPage(
  memory: BridgeMemory,
  page: readonly PreparedRecord[],
  context: PlanContext,
  look: Look,
): readonly Planned[] {
  const done = planAndStore(memory, page, { ...context, pass: "page" }, look);
  const waiting = new Set(conflictsIn(done));
  for (const each of page) {
    if (each.sourceId !== undefined && waiting.has(each.sourceId)) {
      look.waiting.set(each.sourceId, each);
    }
  }
  return done;
}

const PASSES = ["names", "addresses"] as const;

/** All at once: the engine's steps are larger than any test. */
function matchWaiting(memory: BridgeMemory, context: PlanContext, look: Look): readonly Planned[] {
  if (look.waiting.size === 0) return [];
  const done = PASSES.flatMap((pass) => {
    const planned = planAndStore(memory, look.stillWaiting(), { ...context, pass }, look);
    const waiting = new Set(conflictsIn(planned));
    for (const { operation } of planned) {
      const { sourceId } = operation;
      if (sourceId !== undefined && !waiting.has(sourceId)) look.settled.add(sourceId);
    }
    return planned;
  });
  // Of who waits on, the last word counts.
  const last = new Map(done.map((each) => [each.operation.sourceId, each]));
  return done.filter((each) => last.get(each.operation.sourceId) === each);
}

function conflictsIn(done: readonly Planned[]): readonly string[] {
  return done.flatMap(({ operation }) => (operation.op === "conflict" ? operation.sourceId : []));
}

type Planned = Done & { readonly operation: Operation };

function planAndStore(
  memory: BridgeMemory,
  page: readonly PreparedRecord[],
  context: PlanContext,
  look: Look,
): readonly Planned[] {
  const known = memory.answer(lookupsOf(page, memory.links, context.config));
  const evidence = context.pass === "page" ? NO_EVIDENCE : look.evidence(memory);
  const operations = planPage(page, { ...known, evidence }, context);
  const changes = operations.flatMap((each) => ("change" in each ? (each.change ?? []) : []));
  const done = operations.map((operation) => {
    const change = "change" in operation ? operation.change : undefined;
    const userId = "link" in operation ? operation.link.userId : "";
    const stored = memory.users.get(userId);
    return { operation, before: stored, after: change?.after ?? stored };
  });
  memory.commit(changes);
  for (const operation of operations) memory.keep(operation);
  if (look.isComplete) look.claims.push(...claimsLeft(page, operations, false));
  return done;
}

function planAbsent(
  memory: BridgeMemory,
  page: readonly PreparedRecord[],
  held: readonly PreparedRecord[],
  context: PlanContext,
  look: Look,
): readonly Planned[] {
  const seen = new Set(page.map(({ sourceId }) => sourceId));
  const absent = [...memory.bySource.values()].filter(
    (link) => !seen.has(link.sourceId) && needsConfirming(link, context),
  );
  const answer = memory.answer(lookupsOf(held, memory.links, context.config));
  const claims = [...held.flatMap((each) => claimOf(each) ?? []), ...look.claims];
  const known = { ...answer, evidence: evidenceOf(claims, true, () => "gone") };
  const operations = planMissing(absent, rehiredFrom(held, known, context.config), context);
  for (const operation of operations) memory.keep(operation);
  return operations
    .filter(({ op }) => op !== "skip")
    .map((operation) => {
      const user = "userId" in operation ? memory.users.get(operation.userId) : undefined;
      return { operation, before: user, after: user };
    });
}

function storeOffs(
  memory: BridgeMemory,
  offs: readonly SwitchOff[],
  context: PlanContext,
): ReadonlyMap<string, ResourceRecord> {
  const keys = offs.map(({ userId }) => ({ key: "id", value: userId }) as const);
  const planned = planSwitchOffs(offs, memory.answer({ keys, emails: [] }), context);
  memory.commit(planned.flatMap(({ change }) => change ?? []));
  for (const { off, link } of planned) {
    if (link === undefined) memory.bySource.delete(off.sourceId);
    else memory.bySource.set(off.sourceId, link);
  }
  return new Map(
    planned.flatMap(({ off, change }) =>
      change === undefined ? [] : [[off.userId, change.after] as const],
    ),
  );
}

function offOf(operation: Operation): SwitchOff | undefined {
  return operation.op === "deactivate" || operation.op === "delete" ? operation : undefined;
}

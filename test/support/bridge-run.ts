import { judgeGuard } from "#bridge/guard.ts";
import type { Operation, SwitchOff } from "#bridge/operation.ts";
import { planPage } from "#bridge/plan.ts";
import type { ListingMode, PlanContext, Prepared } from "#bridge/plan-context.ts";
import { lookupsOf } from "#bridge/plan-lookups.ts";
import { needsConfirming, planMissing, rehiredFrom } from "#bridge/plan-missing.ts";
import { preparePage } from "#bridge/plan-prepare.ts";
import { planSwitchOffs } from "#bridge/plan-switch-offs.ts";
import { BRIDGE_DEFAULTS, type BridgeConfig, type BridgeSettings } from "#bridge/settings.ts";
import type { JsonObject } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { USER } from "#scim/schema/registry.ts";
import type { BridgeMemory } from "./bridge-memory.ts";

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
): BridgeConfig {
  return { source, settings: { ...BRIDGE_DEFAULTS, ...settings } };
}

/** A context for planning; ids are counted from 1. */
export function aContext(
  config: BridgeConfig,
  memory: BridgeMemory,
  more: Partial<PlanContext> = {},
): PlanContext {
  const newId = () => `user-${memory.users.size + 1 + newIds++}`;
  let newIds = 0;
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
  return planAndStore(memory, page, context).map(({ operation }) => operation);
}

/** One whole run over a listing of one page, as the engine does it; every point read answers 404. */
export async function runListing(
  memory: BridgeMemory,
  records: readonly JsonObject[],
  context: PlanContext,
  mode: ListingMode,
): Promise<readonly Done[]> {
  const page = await preparePage(records, context.config, mode);
  const activeBefore = [...memory.bySource.values()].filter((link) => link.isActive).length;
  const listed = planAndStore(memory, page, context);
  const conflicts = listed.flatMap(({ operation }) =>
    operation.op === "conflict" ? operation.sourceId : [],
  );
  const held = page.filter(({ sourceId }) => conflicts.includes(sourceId ?? ""));
  const missing = mode === "full" ? planAbsent(memory, page, held, context) : [];
  const offs = [...listed, ...missing].flatMap(({ operation }) => offOf(operation) ?? []);
  const activeLinked = Math.max(
    activeBefore,
    [...memory.bySource.values()].filter((link) => link.isActive).length,
  );
  const count = { switchOffs: offs.length, activeLinked };
  const verdict = judgeGuard(count, context.config.settings.guard);
  const others = [...listed, ...missing].filter(
    ({ operation }) => operation.op !== "conflict" && offOf(operation) === undefined,
  );
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
  const second = planAndStore(memory, held, { ...context, pass: "second" });
  return [...first, ...(verdict === "hold" ? [guard] : []), ...second];
}

function planAndStore(
  memory: BridgeMemory,
  page: readonly Prepared[],
  context: PlanContext,
): readonly (Done & { readonly operation: Operation })[] {
  const known = memory.answer(lookupsOf(page, memory.links, context.config));
  const operations = planPage(page, known, context);
  const changes = operations.flatMap((each) => ("change" in each ? (each.change ?? []) : []));
  const done = operations.map((operation) => {
    const change = "change" in operation ? operation.change : undefined;
    const userId = "link" in operation ? operation.link.userId : "";
    const stored = memory.users.get(userId);
    return { operation, before: stored, after: change?.after ?? stored };
  });
  memory.commit(changes);
  for (const operation of operations) memory.keep(operation);
  return done;
}

function planAbsent(
  memory: BridgeMemory,
  page: readonly Prepared[],
  held: readonly Prepared[],
  context: PlanContext,
): readonly (Done & { readonly operation: Operation })[] {
  const seen = new Set(page.map(({ sourceId }) => sourceId));
  const absent = [...memory.bySource.values()].filter(
    (link) => !seen.has(link.sourceId) && needsConfirming(link, context),
  );
  const known = memory.answer(lookupsOf(held, memory.links, context.config));
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

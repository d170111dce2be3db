import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";
import { replacedRecord } from "#scim/resource/record.ts";
import { foldText } from "#scim/text.ts";
import { readSlot } from "../mapping/slot.ts";
import type { Known, PlanContext } from "./context.ts";
import { MANAGER_SLOT, withManager } from "./document.ts";
import type { Link, Operation } from "./operation.ts";
import { linkedRecord } from "./scope.ts";

/** Finds the SCIM id of whom a record names as manager; undefined when no linked user answers to it. */
export type ManagerResolver = (reference: string) => string | undefined;

/** Users of the same page whom the directory does not know yet; names and addresses are folded. */
export interface EarlierUsers {
  readonly bySource: (sourceId: string) => string | undefined;
  readonly byName: (nameKey: string) => string | undefined;
  readonly byEmail: (emailKey: string) => string | undefined;
}

/** Resolves a reference as source id, then as userName, then as the e-mail address of one linked user. */
export function managerResolver(
  { links, records, byEmail }: Known,
  earlier: EarlierUsers,
): ManagerResolver {
  const linkedId = (record: ResourceRecord | undefined) =>
    record !== undefined && links.byUser(record.id) !== undefined ? record.id : undefined;
  return (reference) => {
    const bySource = links.bySource(reference)?.userId ?? earlier.bySource(reference);
    if (bySource !== undefined) return bySource;
    const value = foldText(reference);
    const record = records.get(keyText({ key: "name", value }));
    const byName = earlier.byName(value) ?? linkedId(record);
    if (byName !== undefined) return byName;
    const ids = [earlier.byEmail(value), ...(byEmail.get(value) ?? []).map(linkedId)];
    const [id, ...others] = new Set(ids.filter((each) => each !== undefined));
    return others.length === 0 ? id : undefined;
  };
}

/** Gives users the managers that were not there when their records were planned (end of a run). */
export function planManagers(
  pending: readonly Link[],
  known: Known,
  context: PlanContext,
): readonly Operation[] {
  const resolve = managerResolver(known, NOBODY);
  return pending.flatMap(
    (link) => planManager(link, linkedRecord(known, link), resolve, context) ?? [],
  );
}

const NOBODY: EarlierUsers = {
  bySource: () => undefined,
  byName: () => undefined,
  byEmail: () => undefined,
};

/**
 * Replaces a manager who was kept as text by the user meant. Where a push client wrote another one
 * since, that one stays and nobody waits any longer. Undefined while nothing can be done.
 */
export function planManager(
  link: Link,
  record: ResourceRecord | undefined,
  resolve: ManagerResolver,
  { now, type }: PlanContext,
): Operation | undefined {
  if (record === undefined || link.pendingManager === undefined) return undefined;
  const { sourceId } = link;
  const settled: Link = { ...link, pendingManager: undefined };
  const before = documentOf(record);
  const waiting = readSlot(withManager({}, link.pendingManager), MANAGER_SLOT);
  if (JSON.stringify(readSlot(before, MANAGER_SLOT)) !== JSON.stringify(waiting)) {
    return { op: "skip", sourceId, link: settled };
  }
  const managerId = resolve(link.pendingManager);
  if (managerId === undefined) return undefined;
  const after = replacedRecord(type, record, withManager(before, managerId), now);
  const change = { kind: "update", before: record, after } as const;
  return { op: "update", sourceId, change, link: settled, issues: [] };
}

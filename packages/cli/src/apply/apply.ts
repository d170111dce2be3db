import { listAdmin } from "../../../client/src/admin.ts";
import type { Gateway } from "../../../client/src/gateway.ts";
import { usageFailure } from "../failure.ts";
import { allOf, type ListedConnector, readConnector } from "./found.ts";
import { type NewSecret, type Plan, type PlanOptions, planConnector, planEnd } from "./plan.ts";
import type { WantedConnector } from "./wanted.ts";

/** Compares the file with the gateway, which is not changed. */
export async function planAll(
  gateway: Gateway,
  wanted: readonly WantedConnector[],
  options: PlanOptions,
): Promise<Plan> {
  const listed = await allOf(listAdmin(gateway, "/connectors"));
  const plans: Plan[] = [];
  for (const each of wanted) {
    const there = connectorNamed(each, listed);
    const found = there === undefined ? undefined : await readConnector(gateway, there.id);
    plans.push(planConnector(each, found, options));
  }
  // Of a tenant that the file does not name nothing is known, so nothing of it goes.
  const tenants = new Set(wanted.map(({ tenant }) => tenant));
  for (const { id, name, tenant } of listed) {
    const isWanted = wanted.some((each) => each.name === name && each.tenant === tenant);
    if (!isWanted && tenants.has(tenant)) plans.push(planEnd(name, id, options));
  }
  return {
    steps: plans.flatMap(({ steps }) => steps),
    kept: plans.flatMap(({ kept }) => kept),
  };
}

/** Carries a plan out, step by step; what was done before a step that fails stays done. */
export async function carryOut(
  gateway: Gateway,
  { steps }: Plan,
  keepSecret: (secret: NewSecret) => Promise<void>,
  done: (line: string) => void,
): Promise<void> {
  for (const { lines, carryOut: carryOutStep } of steps) {
    await carryOutStep(gateway, keepSecret);
    done(lines[0] ?? "");
  }
}

/** The plan in lines, as a person reads it. */
export function describePlan({ steps, kept }: Plan): readonly string[] {
  const count = (kind: string) => steps.filter((step) => step.kind === kind).length;
  return [
    ...steps.flatMap(({ lines }) => lines),
    ...kept.map((each) => `  ${each} is not in the file and stays; --prune deletes it`),
    `${count("create")} to create, ${count("change")} to change, ${count("delete")} to delete.`,
  ];
}

function connectorNamed(
  { name, tenant }: WantedConnector,
  listed: readonly ListedConnector[],
): ListedConnector | undefined {
  const [first, second] = listed.filter((each) => each.name === name && each.tenant === tenant);
  if (second === undefined) return first;
  throw usageFailure(
    `The gateway has several connectors named "${name}": give them different names.`,
  );
}

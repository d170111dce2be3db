import { type AdminBody, callAdmin } from "../../client/src/admin.ts";
import type { Gateway } from "../../client/src/gateway.ts";
import { connectorOf } from "./connectors.ts";
import { EXIT_FAILED, Failure } from "./failure.ts";
import { printable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

type Run = AdminBody<"/connectors/{id}/bridge/runs/{runId}", "GET">;
type PlannedStep = NonNullable<Run["plan"]>["steps"][number];

const PAUSE_MS = 1_000;

/** Runs a Bridge dry, waits for its end and prints what it would do; throws a Failure where it failed. */
export async function printBridgePlan(
  terminal: Terminal,
  gateway: Gateway,
  connector: string,
  json: boolean,
): Promise<void> {
  const { id } = await connectorOf(gateway, connector);
  const started = await callAdmin(gateway, "POST", "/connectors/{id}/bridge/plan", {
    path: { id },
    body: {},
  });
  const run = await endOf(terminal, gateway, id, started.body.runId);
  if (json) terminal.print(JSON.stringify(run, null, 2));
  else for (const line of describe(run)) terminal.print(line);
  if (run.state !== "failed") return;
  throw new Failure(`The Bridge's plan failed: ${run.error ?? "no reason is known"}`, EXIT_FAILED);
}

async function endOf(
  terminal: Terminal,
  gateway: Gateway,
  id: string,
  runId: string,
): Promise<Run> {
  let told: string | null = null;
  for (;;) {
    const { body } = await callAdmin(gateway, "GET", "/connectors/{id}/bridge/runs/{runId}", {
      path: { id, runId },
    });
    if (body.state === "succeeded" || body.state === "failed") return body;
    if (body.waitingFor !== null && body.waitingFor !== told) {
      terminal.complain(`Waiting: ${printable(body.waitingFor)}`);
      told = body.waitingFor;
    }
    await terminal.pause(PAUSE_MS);
  }
}

function describe({ counts, issues, issueCount, plan }: Run): readonly string[] {
  const numbers = Object.entries(counts).filter(([, count]) => count > 0);
  return [
    ...(plan?.steps ?? []).map(describeStep),
    ...issues.map(({ kind, userName, sourceId, detail }) =>
      printable(`! ${kind} ${userName ?? sourceId ?? ""}: ${detail}`),
    ),
    ...(issueCount > issues.length ? [`! ${issueCount - issues.length} more issues`] : []),
    numbers.length === 0
      ? "Nothing to do."
      : numbers.map(([name, count]) => `${name} ${count}`).join(", "),
    ...(plan?.wouldHold
      ? ["The guard would hold what is beyond its limits until you approve."]
      : []),
  ];
}

function describeStep({ op, sourceId, userId, why, set, unset, group }: PlannedStep): string {
  const who = group?.displayName ?? sourceId ?? userId ?? "";
  const changed = [
    ...Object.entries(set).map(([path, value]) => `${path}=${JSON.stringify(value)}`),
    ...unset.map((path) => `${path} removed`),
    ...(group?.membersAdded ? [`${group.membersAdded} members added`] : []),
    ...(group?.membersRemoved ? [`${group.membersRemoved} members removed`] : []),
  ];
  const said = [`${op} ${who}`, changed.join(", "), why === null ? "" : `(${why})`];
  return printable(said.filter((each) => each !== "").join("  "));
}

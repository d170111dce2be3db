import { parseDocument } from "yaml";
import type { Gateway } from "../../../client/src/gateway.ts";
import { EXIT_DIFFERS, usageFailure } from "../failure.ts";
import { printable } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { carryOut, describePlan, planAll } from "./apply.ts";
import type { NewSecret } from "./plan.ts";
import { wantedConnectors } from "./wanted.ts";

/** What the arguments say. */
export interface ApplyOptions {
  readonly file: string;
  readonly isDry: boolean;
  readonly tellsDifference: boolean;
  readonly secrets: string | undefined;
  readonly sendsCredentials: boolean;
  readonly prune: boolean;
  readonly users: string | undefined;
}

/** Brings connectors in line with a file, and gives the exit code. */
export async function applyFile(
  terminal: Terminal,
  gateway: Gateway,
  { file, isDry, tellsDifference, secrets, sendsCredentials, prune, users }: ApplyOptions,
): Promise<number> {
  const wanted = wantedConnectors(await parsed(terminal, file), terminal.env);
  const plan = await planAll(gateway, wanted, { prune, users: usersOf(users), sendsCredentials });
  for (const line of describePlan(plan)) terminal.print(printable(line));
  if (isDry) return tellsDifference && plan.steps.length > 0 ? EXIT_DIFFERS : 0;
  if (secrets === undefined && plan.steps.some(({ makesSecret }) => makesSecret)) {
    throw usageFailure(
      "This makes tokens or signing secrets, which are shown once: say --secrets <file> to keep them, or --secrets -.",
    );
  }
  const keepSecret = async (secret: NewSecret) => {
    const line = JSON.stringify(secret);
    if (secrets === undefined || secrets === "-") terminal.print(line);
    else await terminal.appendPrivately(secrets, line);
  };
  // Whether the file can be written is known before anything is made.
  if (secrets !== undefined && secrets !== "-") await terminal.appendPrivately(secrets, "");
  await carryOut(gateway, plan, keepSecret, (line) => terminal.print(printable(`done: ${line}`)));
  return 0;
}

async function parsed(terminal: Terminal, file: string): Promise<unknown> {
  const text = await terminal.readText(file).catch(() => {
    throw usageFailure(`${file} cannot be read.`);
  });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    const { line = 0, col = 0 } = error.linePos?.[0] ?? {};
    const [said = ""] = error.message.split(" at line ");
    throw usageFailure(`${file} is no YAML: line ${line}, column ${col}: ${said}.`);
  }
  return document.toJS();
}

function usersOf(text = "deactivate"): "keep" | "deactivate" | "delete" {
  if (text === "keep" || text === "deactivate" || text === "delete") return text;
  throw usageFailure(`--users takes deactivate, keep or delete; not "${text}".`);
}

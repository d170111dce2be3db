import type { Context, Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { CommitOutcome } from "#scim/ports.ts";
import {
  type AccountDraft,
  decideImport,
  draftRow,
  type ImportDecision,
  type RefusedAccount,
  rowKeys,
} from "#scim/provision/import.ts";
import { tooContended } from "#scim/provision/provision.ts";
import { USER } from "#scim/schema/registry.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { databaseOf } from "#store/databases.ts";
import { resourcesByKeys } from "#store/directory/lookup.ts";
import { runQuery } from "#store/query.ts";
import { administratorsCall, administratorsDirectory } from "./administrator.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { IMPORT_ROW, ROWS_READ } from "./schemas.ts";
import { refused } from "./terms.ts";

const { importUsers } = DIRECTORY_OPERATIONS;

/** 1,000 rows of a kilobyte each. */
const IMPORT_BYTES_MAX = 1_048_576;

/** Somebody else may take a userName of the call, so often at most, before it is stored. */
const DECISIONS_MAX = 5;

/** Registers the import of accounts that exist already. */
export function addImportRoute(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, importUsers, async (context, trail) => {
    const connector = await findOr404(context, context.req.param("id"));
    const { dryRun } = readQuery(context, importUsers);
    const { users } = await readInput(context, { body: ROWS_READ, bytesMax: IMPORT_BYTES_MAX });
    const decisions = await refused(() =>
      dryRun
        ? decide(services, context, connector, users)
        : store(services, context, trail, connector, users),
    );
    if (dryRun) trail.unchanged();
    return reply(context, importUsers, 200, {
      dryRun,
      ...countsOf(decisions),
      results: decisions.map((decision, at) => resultOf(decision, users[at], dryRun)),
    });
  });
}

/** Decides all rows as the directory is now. */
async function decide(
  services: Services,
  context: Context<AppEnv>,
  connector: Connector,
  users: readonly unknown[],
): Promise<readonly ImportDecision[]> {
  const { clock } = services;
  const { number } = connector;
  const { types, facts } = administratorsCall(services, context, connector, noRow);
  const terms = { ...connector.settings, type: types.User };
  const making = { now: facts.startedAt, newId: () => uuidv7() };
  const rows = users.map((user): AccountDraft | RefusedAccount => {
    const row = IMPORT_ROW.safeParse(user);
    if (row.success) return draftRow(terms, withoutNulls(row.data), making);
    const faults = row.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    return { kind: "refused", reason: "invalid", detail: `${faults.join("; ").trim()}.` };
  });
  const keys = rowKeys(rows);
  if (keys.length === 0) return decideImport(types.User, rows, new Map());
  const db = databaseOf(context.env, number);
  const scope = { kind: "connector", connectorId: number } as const;
  const found = await runQuery(db, resourcesByKeys(db, scope, USER.name, keys), clock);
  return decideImport(types.User, rows, found);
}

function noRow(): never {
  throw new Error("Nothing is stored by what decides alone.");
}

function withoutNulls({ userName, ...others }: ImportRowSent) {
  return {
    userName,
    externalId: others.externalId ?? undefined,
    email: others.email ?? undefined,
    accountId: others.accountId ?? undefined,
  };
}

type ImportRowSent = ReturnType<typeof IMPORT_ROW.parse>;

/** Decides all rows and stores the new users in one batch, each with its event. */
async function store(
  services: Services,
  context: Context<AppEnv>,
  trail: Trail,
  connector: Connector,
  users: readonly unknown[],
): Promise<readonly ImportDecision[]> {
  for (let attempt = 1; attempt <= DECISIONS_MAX; attempt += 1) {
    const decisions = await decide(services, context, connector, users);
    const changes = decisions.flatMap((each) =>
      each.kind === "created" ? { kind: "create" as const, after: each.record } : [],
    );
    if (changes.length === 0) {
      trail.unchanged();
      return decisions;
    }
    const after = { created: changes.length };
    const call = administratorsCall(services, context, connector, () =>
      trail.row({ connectorId: connector.id, after }),
    );
    const directory = administratorsDirectory(services, context, call);
    const outcome: CommitOutcome = await directory.commit(changes, []);
    if (outcome.kind === "committed") {
      tellWebhooks(context, connector.number);
      return decisions;
    }
    await directory.pause(attempt);
  }
  throw tooContended();
}

function countsOf(decisions: readonly ImportDecision[]) {
  const count = (kind: ImportDecision["kind"]) =>
    decisions.filter((decision) => decision.kind === kind).length;
  return {
    created: count("created"),
    unchanged: count("unchanged"),
    refused: count("refused"),
  };
}

function resultOf(decision: ImportDecision, sent: unknown, dryRun: boolean) {
  const row = IMPORT_ROW.safeParse(sent);
  const { userName = null, accountId = null } = row.success ? row.data : {};
  const named = { status: decision.kind, userName, accountId };
  if (decision.kind === "refused") {
    const { reason, detail } = decision;
    return { ...named, id: null, reason, detail };
  }
  const isStored = decision.kind === "unchanged" || !dryRun;
  const id = isStored ? decision.record.id : null;
  return { ...named, id, reason: null, detail: null };
}

import type { Context } from "hono";
import { Problem } from "#http/admin/call/problem.ts";
import { scanInTurn } from "#http/request/scan-turns.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { ListCall } from "#http/scim/call/call.ts";
import { scimBaseUrl } from "#http/scim/handler.ts";
import { resourceTypesOf } from "#scim/schema/custom.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { type DeletedPage, type DeletedRange, deletedUsers } from "#store/admin/deleted-users.ts";
import { withRetries } from "#store/database.ts";
import { databaseOf } from "#store/databases.ts";
import type { AccountState } from "#store/directory/account-state.ts";
import { usersInState } from "#store/directory/accounts.ts";
import type { ListedRecord } from "#store/directory/listed-records.ts";
import { runQuery } from "#store/query.ts";

/** A read of the resources of a connector by an administrator or an application. */
export interface DirectoryCall extends ListCall {
  readonly connector: Connector;
  /** Finds soft-deleted users. */
  readonly findDeleted: (range: DeletedRange) => Promise<DeletedPage>;
  /** Finds the users in a state of their accounts. */
  readonly findInState: (
    state: AccountState,
    page: { readonly afterId: string; readonly limit: number },
  ) => Promise<readonly ListedRecord[]>;
}

/**
 * A read of a connector's resources past its own client, as SCIM's lists want it; 409 for a staged
 * connector, which delivers nothing until it is approved.
 */
export function directoryCall(
  services: Services,
  context: Context<AppEnv>,
  connector: Connector,
): DirectoryCall {
  const { config, clock } = services;
  if (connector.settings.staged) throw new Problem("connectorStaged", STAGED);
  const types = resourceTypesOf(connector.attributes, connector.settings);
  const connectorId = connector.number;
  const db = databaseOf(context.env, connectorId);
  const baseUrl = scimBaseUrl(services, context.req.raw.url, config.scimBasePaths[0]);
  return {
    connector,
    findDeleted: (range) => deletedUsers(db, clock, connectorId, range),
    findInState: (state, page) =>
      withRetries(clock, () => usersInState(db, connectorId, state, page)),
    showsAccounts: true,
    facts: { startedAt: clock.now(), baseUrl },
    caller: {
      connectorId,
      types,
      ask: (build) => runQuery(db, build(db, { kind: "connector", connectorId }), clock),
      inTurn: (scan) => scanInTurn(services, context, connectorId, scan),
      resolve: async (find) => find(types),
      remember: () => undefined,
    },
    log: { about: () => undefined },
    application: connector.settings,
    tools: { signer: config.cursorSigner },
  };
}

const STAGED = "This connector is staged: it delivers nothing until an administrator approves it.";

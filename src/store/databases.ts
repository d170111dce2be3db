import type { ConnectorId } from "./connector-id.ts";
import type { Database } from "./database.ts";

/** The Worker's bindings that are databases. */
export type DatabaseBindings = Pick<Env, "DB">;

/** The database that holds all there is of a connector: itself, its credentials, directory and log. */
export function databaseOf({ DB }: DatabaseBindings, _connectorId: ConnectorId): Database {
  return DB;
}

/**
 * The database that is asked where the connector is not known: whose a token, a client or a public id is,
 * which connectors there are, and what was refused before it could name one.
 */
export function centralDatabase({ DB }: DatabaseBindings): Database {
  return DB;
}

/** Every database there is, for what cron does to the rows of all connectors. */
export function allDatabases({ DB }: DatabaseBindings): readonly Database[] {
  return [DB];
}

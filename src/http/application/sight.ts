import type { Context } from "hono";
import { isSeen, sightOf } from "#http/admin/call/authorize.ts";
import { noConnector, unfitParameters } from "#http/admin/call/problem.ts";
import type { AppEnv } from "#http/request/services.ts";
import { type Connector, findConnector } from "#store/admin/connectors.ts";
import { centralDatabase } from "#store/databases.ts";

/** What a call says of the connectors that it is about. */
export interface Named {
  readonly connector?: string | undefined;
  readonly tenant?: string | undefined;
}

/**
 * The one connector that a call is about: what it names, or all that its key sees; undefined where it is about
 * several ones. 404 for one that is not there, not of the tenant named, or not for this key, all alike.
 */
export async function connectorOf(
  context: Context<AppEnv>,
  { connector: named, tenant }: Named,
  find = findConnector,
): Promise<Connector | undefined> {
  const sees = sightOf(context);
  const id = named ?? (tenant === undefined ? sees.connectorId : null);
  if (id === null) return undefined;
  const connector = await find(centralDatabase(context.env), id);
  const isOfTenant = tenant === undefined || connector?.tenant === tenant;
  if (connector === undefined || !isOfTenant || !isSeen(sees, connector)) throw noConnector();
  return connector;
}

/** The connector under which a call looks for one thing; 400 where it neither names one nor has a key of one. */
export async function ownerOf(context: Context<AppEnv>, named: Named): Promise<Connector> {
  const connector = await connectorOf(context, named);
  if (connector !== undefined) return connector;
  throw unfitParameters(["connector"], UNNAMED);
}

const UNNAMED = "This key sees several connectors: name the one that is meant, as connector=….";

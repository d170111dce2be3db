import type { Context } from "hono";
import { v7 as uuidv7 } from "uuid";
import { actorName } from "#http/admin/call/actor.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { UsersAtEnd } from "#scim/provision/ending.ts";
import type { Connector, ConnectorChange } from "#store/admin/connectors.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { databaseOf } from "#store/databases.ts";
import type { EndingToBegin } from "#store/endings/begin.ts";
import { continueEnding } from "#store/endings/run.ts";

/** What the caller decides of the end of a directory. */
export function endingToBegin(context: Context<AppEnv>, users: UsersAtEnd): EndingToBegin {
  return { users, actor: actorName(context), eventId: uuidv7() };
}

/**
 * The move to a tenant that a change of a connector asks for; undefined where the connector is with that tenant, or is
 * moving to it already. 409 while it moves to another one.
 */
export function moveOf(
  context: Context<AppEnv>,
  { tenant: from, movesAt, movesTo }: Connector,
  { to, users }: { readonly to: string | null | undefined; readonly users: UsersAtEnd | undefined },
): ConnectorChange["move"] {
  if (to === undefined) return undefined;
  if (movesAt !== null) {
    if (to === movesTo) return undefined;
    throw new Problem(
      409,
      "The connector is being moved to another tenant. Wait until it is there.",
    );
  }
  if (to === from) return undefined;
  // Nobody was told of the users of a connector without a tenant as of that tenant's.
  const chosen = users ?? (from === null ? "keep" : "deactivate");
  return { ...endingToBegin(context, chosen), to };
}

/** A call goes so many slices ahead; cron does the rest. */
const SLICES_NOW = 4;

/** Begins to tell of an end that is stored. What fails here, cron does within a minute: the call is done. */
export async function beginTelling(
  { clock }: Services,
  context: Context<AppEnv>,
  connectorId: ConnectorId,
): Promise<void> {
  const tools = { clock, newId: () => uuidv7({ msecs: clock.now() }) };
  try {
    await continueEnding(databaseOf(context.env, connectorId), tools, connectorId, SLICES_NOW);
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "end of a directory left to cron", kind }));
  }
}

import type { Context, Hono } from "hono";
import { addCall, reply } from "#http/admin/call/operation.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { forgetInObjects } from "#http/admin/objects/forget-person.ts";
import { tellWebhooks } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { noSuchResource } from "#scim/provision/provision.ts";
import { eraseUser } from "#scim/provision/repair.ts";
import { USER } from "#scim/schema/registry.ts";
import { auditStatements } from "#store/admin/audit.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { databaseOf } from "#store/databases.ts";
import { eraseStep } from "#store/erasure/erase.ts";
import { beginWithoutRow, findErasure, tracesOf } from "#store/erasure/erasures.ts";
import { administratorsCall, administratorsDirectory, eventWithoutRow } from "./administrator.ts";
import { DIRECTORY_OPERATIONS } from "./operations.ts";
import { idOf, refused } from "./terms.ts";

const { eraseUser: erase } = DIRECTORY_OPERATIONS;

/** A call does so many steps itself, which is all there is for a person in a small log; cron does the others. */
const STEPS_MAX = 20;

/** Registers the erasure of a person. */
export function addEraseRoute(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, erase, async (context, trail) => {
    const connector = await findOr404(context, context.req.param("id"));
    const userId = idOf(context, "userId");
    // What this isolate still holds back may name the person.
    await services.log.flush(context.env, "all");
    const state = await refused(() => begin(services, context, trail, connector, userId));
    if (state === "erased") return reply(context, erase, 200, { userId, state });
    await goOn(services, context, connector, userId);
    return reply(context, erase, 202, { userId, state });
  });
}

/** Erases the row, and tells of it; what is left of the person is looked for from then on. */
async function begin(
  services: Services,
  context: Context<AppEnv>,
  trail: Trail,
  connector: Connector,
  userId: string,
): Promise<"erasing" | "erased"> {
  const { clock, cache } = services;
  const { number } = connector;
  const db = databaseOf(context.env, number);
  const audit = () => trail.row({ connectorId: connector.id, id: userId });
  const call = administratorsCall(services, context, connector, audit);
  const erased = await eraseUser(administratorsDirectory(services, context, call), userId);
  if (erased !== undefined) {
    cache.forgetUser(number, userId);
    tellWebhooks(context, number);
    return "erasing";
  }
  if ((await findErasure(db, number, userId)) !== undefined) {
    trail.unchanged();
    return "erasing";
  }
  switch (await tracesOf(db, number, userId)) {
    case "erased":
      trail.unchanged();
      return "erased";
    case "nothing":
      throw noSuchResource(USER.name, userId);
    case "traces": {
      const event = eventWithoutRow(call, userId, clock.now());
      await beginWithoutRow(db, clock, number, { event, audit: auditStatements(db, audit()) });
      tellWebhooks(context, number);
      return "erasing";
    }
  }
}

async function goOn(
  { clock }: Services,
  context: Context<AppEnv>,
  { number }: Connector,
  userId: string,
): Promise<void> {
  const db = databaseOf(context.env, number);
  const person = { connectorId: number, userId };
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if ((await eraseStep(db, clock, person)) !== "more") break;
  }
  const erasure = await findErasure(db, number, userId);
  if (erasure === undefined) return;
  try {
    await forgetInObjects(context.env, erasure);
  } catch (error) {
    // Cron asks them once more before it is through.
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "person not forgotten yet", kind }));
  }
}

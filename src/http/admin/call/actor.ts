import type { Context } from "hono";
import type { Actor } from "#http/request/actor.ts";
import type { AppEnv } from "#http/request/services.ts";

/** Who makes an admin call that was let in; throws where nobody was asked who it is. */
export function actorOf(context: Context<AppEnv>): Actor {
  const actor = context.get("actor");
  if (actor === undefined) throw new Error("Nobody asked who makes this call.");
  return actor;
}

import type { Context } from "hono";
import type { Actor } from "#http/request/actor.ts";
import type { AppEnv } from "#http/request/services.ts";

/** Who makes an admin call that was let in; throws where nobody was asked who it is. */
export function actorOf(context: Context<AppEnv>): Actor {
  const actor = context.get("actor");
  if (actor === undefined) throw new Error("Nobody asked who makes this call.");
  return actor;
}

/** How the event log and the feed name who makes an admin call. */
export function actorName(context: Context<AppEnv>): string {
  const actor = actorOf(context);
  switch (actor.kind) {
    case "adminToken":
      return "admin token";
    case "access":
      return actor.email ?? "service token";
    case "key":
    case "setupLink":
      return actor.name;
  }
}

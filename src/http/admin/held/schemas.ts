import * as z from "zod";
import { MOMENT, pageOf } from "#http/admin/call/schemas.ts";

const COUNT = z.int().min(0);

/** What everything that is held says. */
const HELD = { id: z.string().describe("By which it is approved or rejected."), since: MOMENT };

const BY_BRIDGE = { ...HELD, by: z.literal("bridge"), runId: z.string() };

const HELD_USER = z
  .strictObject({
    ...BY_BRIDGE,
    kind: z.literal("user"),
    sourceId: z.string(),
    userId: z.string(),
    userName: z.string().nullable(),
    why: z.enum([
      "disabled",
      "missing",
      "excluded",
      "not-in-scope",
      "guest",
      "service-account",
      "removed:changed",
      "removed:deleted",
    ]),
  })
  .meta({ id: "HeldUser" });

const HELD_PUSHED_USER = z
  .strictObject({
    ...HELD,
    by: z.literal("push"),
    kind: z.literal("user"),
    userId: z.string(),
    userName: z.string().nullable(),
    why: z.enum(["deactivated", "deleted"]).describe("What the client did."),
    eventId: z.string().describe("The request that switched the user off."),
  })
  .meta({ id: "HeldPushedUser" });

const OF_GROUP = {
  ...BY_BRIDGE,
  groupSourceId: z.string(),
  groupId: z.string(),
  displayName: z.string().nullable(),
};

const HELD_GROUP = z
  .strictObject({
    ...OF_GROUP,
    kind: z.literal("group"),
    sourceId: z.string(),
    why: z.literal("missing"),
  })
  .meta({ id: "HeldGroup" });

const HELD_MEMBERSHIP = z
  .strictObject({
    ...OF_GROUP,
    kind: z.literal("membership"),
    sourceId: z.string().nullable(),
    userId: z.string(),
    userName: z.string().nullable(),
    why: z.literal("left"),
  })
  .meta({ id: "HeldMembership" });

/** The answer of GET …/held. */
export const HELD_PAGE = pageOf(
  "HeldPage",
  z.union([HELD_PUSHED_USER, HELD_USER, HELD_GROUP, HELD_MEMBERSHIP]),
)
  .extend({
    total: COUNT,
    totals: z.strictObject({ user: COUNT, group: COUNT, membership: COUNT }),
    runId: z
      .string()
      .nullable()
      .describe("The newest run of the bridge that held any of them; null where none did."),
  })
  .meta({ id: "HeldItems" });

/** What the body has to say, for people. */
export const HELD_CHOICE_DETAIL =
  'Say what you saw in …/held: {"runId": …, "count": …} for all that it lists, with its runId and total; or {"ids": […]} for some of them.';

/** The body of POST …/held/approve and …/reject. */
export const HELD_CHOICE = z.union(
  [
    z.strictObject({
      runId: z.string().trim().min(1).max(320).nullable(),
      count: z.int().min(1),
    }),
    z.strictObject({
      ids: z.array(z.string().min(1).max(2_000)).min(1).max(1_000),
    }),
  ],
  HELD_CHOICE_DETAIL,
);

/** The answer of POST …/held/approve. */
export const APPROVED = z
  .strictObject({
    runId: z
      .string()
      .nullable()
      .describe("The run that does those of the bridge; null where there were none."),
    approved: COUNT,
  })
  .meta({ id: "ApprovedSwitchOffs" });

/** The answer of POST …/held/reject. */
export const REJECTED = z
  .strictObject({
    rejected: COUNT,
    refused: z
      .array(z.strictObject({ id: z.string(), detail: z.string() }))
      .describe("Whom nothing was done about, and why: they are still held."),
  })
  .meta({ id: "RejectedSwitchOffs" });

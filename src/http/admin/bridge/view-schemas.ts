import * as z from "zod";
import { COUNT, MOMENT, pageOf } from "#http/admin/call/schemas.ts";
import { BRIDGE_SETTINGS, SOURCE } from "./schemas.ts";

const RUN_COUNTS = z
  .strictObject({
    seen: COUNT,
    created: COUNT,
    updated: COUNT,
    deactivated: COUNT,
    reactivated: COUNT,
    deleted: COUNT,
    held: COUNT,
    skipped: COUNT,
    groupsCreated: COUNT,
    groupsUpdated: COUNT,
    groupsDeleted: COUNT,
    membersAdded: COUNT,
    membersRemoved: COUNT,
  })
  .meta({ id: "RunCounts" });

const ISSUE = z
  .strictObject({
    kind: z.string().describe("docs/bridge.md lists them; there may be new ones."),
    sourceId: z.string().optional(),
    userName: z.string().optional(),
    detail: z.string(),
    since: MOMENT.optional(),
    tries: COUNT.optional().describe("In how many runs it was met."),
  })
  .meta({ id: "Issue" });

/** One run of a bridge as it is answered in a list. */
const RUN = z
  .strictObject({
    runId: z.string(),
    mode: z.enum(["full", "delta", "plan", "user", "approve"]),
    state: z.enum(["running", "waiting", "succeeded", "failed"]),
    phase: z.enum([
      "scope",
      "users",
      "switchOff",
      "confirm",
      "switchOffConfirmed",
      "secondPass",
      "groups",
      "done",
    ]),
    counts: RUN_COUNTS,
    issues: z
      .array(ISSUE)
      .describe("The most important first; `issueCount` is how many there are."),
    issueCount: COUNT,
    held: COUNT.describe("How many switch-offs the guard holds back."),
    error: z.string().nullable().describe("Why it failed."),
    waitingFor: z.string().nullable(),
    resumesAt: MOMENT.nullable(),
    startedAt: MOMENT,
    finishedAt: MOMENT.nullable(),
  })
  .meta({ id: "Run" });

/** What a dry run would do, or did about one user. */
const PLANNED_STEP = z
  .strictObject({
    op: z.string(),
    sourceId: z.string().nullable(),
    userId: z.string().nullable(),
    why: z.string().nullable(),
    set: z.record(z.string(), z.unknown()).describe("Attribute paths with the values they get."),
    unset: z.array(z.string()),
    kept: z
      .array(z.string())
      .optional()
      .describe("Attributes that stay, since the connector's `createOnly` names them."),
    group: z
      .strictObject({
        groupId: z.string().nullable().describe("Null for a new one."),
        displayName: z.string().nullable(),
        membersAdded: COUNT,
        membersRemoved: COUNT,
        membersHeld: COUNT,
        shownAs: z
          .string()
          .optional()
          .describe("Its name for applications, where the connector has a `groupNamePrefix`."),
        roles: z
          .array(z.string())
          .optional()
          .describe("The roles that it gives to its users by the connector's `roles`."),
      })
      .optional(),
  })
  .meta({ id: "PlannedStep" });

/** The answer of GET …/bridge/runs/{runId}: a dry run comes with its plan. */
export const ONE_RUN = RUN.extend({
  plan: z.strictObject({ wouldHold: z.boolean(), steps: z.array(PLANNED_STEP) }).optional(),
}).meta({ id: "RunWithPlan" });

/** The answer of GET …/bridge/runs. */
export const RUNS = pageOf("Runs", RUN);

/** The answer of the calls that start a run. */
export const STARTED_RUN = z.strictObject({ runId: z.string() }).meta({ id: "StartedRun" });

/** The answer of POST …/bridge/sync-user. */
export const SYNCED_USER = z
  .strictObject({ steps: z.array(PLANNED_STEP) })
  .meta({ id: "SyncedUser" });

/** The answer of POST …/bridge/check. */
export const CHECKED_BRIDGE = z
  .strictObject({
    ok: z.boolean(),
    checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: "BridgeCheck" });

/** A bridge as it is answered: what it is to do, and where it stands. */
export const BRIDGE_VIEW = z
  .strictObject({
    source: SOURCE,
    credentialsKind: z.enum([
      "okta-token",
      "okta-service",
      "entra",
      "google",
      "onelogin",
      "jumpcloud",
      "scim",
    ]),
    ...BRIDGE_SETTINGS.shape,
    state: z.enum(["pending", "syncing", "active", "failed", "disabled"]),
    paused: z.boolean(),
    consecutiveFailures: COUNT,
    nextSyncAt: MOMENT.nullable(),
    linkedUsers: COUNT,
    held: COUNT,
    approved: COUNT.describe("Switch-offs that were approved and are still to be done."),
    lastRun: RUN.nullable(),
    createdAt: MOMENT,
    modifiedAt: MOMENT,
  })
  .meta({ id: "Bridge" });

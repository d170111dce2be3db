import { v7 as uuidv7 } from "uuid";
import type { EventRow } from "#store/event-log/events.ts";

/** A row of the event log as the Bridge writes it, with whatever a test wants. */
export function anEvent(members: Partial<EventRow> = {}): EventRow {
  return {
    opId: uuidv7(),
    at: Date.now(),
    method: "BRIDGE",
    path: "/bridge/runs/test",
    status: 200,
    scimType: null,
    latencyMs: 0,
    clientIp: null,
    userAgent: null,
    credentialId: null,
    resourceType: "User",
    resourceId: null,
    userName: null,
    userNameKey: null,
    requestBody: null,
    responseBody: null,
    warnings: [],
    difference: null,
    explanation: null,
    ...members,
  };
}

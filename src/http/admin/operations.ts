import * as z from "zod";
import { ACTIVITY_OPERATIONS } from "./activity/operations.ts";
import { AUDIT_OPERATIONS } from "./audit/operations.ts";
import { BRIDGE_OPERATIONS } from "./bridge/operations.ts";
import { type AdminOperation, describe } from "./call/operation.ts";
import { CONNECTOR_OPERATIONS } from "./connectors/operations.ts";
import { DIRECTORY_OPERATIONS } from "./directory/operations.ts";
import { EVENT_OPERATIONS } from "./events/operations.ts";
import { HELD_OPERATIONS } from "./held/operations.ts";
import { KEY_OPERATIONS } from "./keys/operations.ts";
import { SELF_TEST_OPERATIONS } from "./self-test/operations.ts";
import { SESSION_OPERATIONS } from "./sessions/operations.ts";
import { SETUP_LINK_OPERATIONS } from "./setup-links/operations.ts";
import { WEBHOOK_OPERATIONS } from "./webhooks/operations.ts";

/** The calls about the API itself. */
export const META_OPERATIONS = describe({
  getOpenapi: {
    method: "GET",
    path: "/openapi.json",
    tag: "Meta",
    role: "directory",
    summary: "This document.",
    answers: { 200: z.looseObject({ openapi: z.string() }).meta({ id: "OpenApiDocument" }) },
  },
});

/** Every call of the admin API, by its name. */
export const OPERATIONS: Readonly<Record<string, AdminOperation>> = {
  ...CONNECTOR_OPERATIONS,
  ...SELF_TEST_OPERATIONS,
  ...BRIDGE_OPERATIONS,
  ...HELD_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...DIRECTORY_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...KEY_OPERATIONS,
  ...SETUP_LINK_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...ACTIVITY_OPERATIONS,
  ...AUDIT_OPERATIONS,
  ...META_OPERATIONS,
};

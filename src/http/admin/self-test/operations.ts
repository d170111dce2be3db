import { describe } from "#http/admin/call/operation.ts";
import { SELF_TEST, SELF_TESTED } from "./schemas.ts";

/** The self-test, by the name that OpenAPI has for it. */
export const SELF_TEST_OPERATIONS = describe({
  selfTest: {
    method: "POST",
    path: "/connectors/:id/self-test",
    tag: "Connectors",
    role: "operator",
    summary: "Play Okta and Entra in a scratch connector.",
    audited: { subject: "connector" },
    body: SELF_TEST,
    isBodyOptional: true,
    answers: { 200: SELF_TESTED },
  },
});

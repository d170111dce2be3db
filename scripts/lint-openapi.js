// Lints the OpenAPI document of the admin API by the rules of redocly.yaml: a warning is an error. Asks no network.
import { runProgram } from "./lib/project.js";

const { code } = await runProgram("redocly", ["lint", "src/http/admin/openapi.json"], {
  env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
});
process.exitCode = code;

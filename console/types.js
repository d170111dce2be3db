// Writes the types of the API from its OpenAPI document, for the console and for packages/client. The
// client's are committed, since they are published: with --check they are only compared.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTypes, { astToString } from "openapi-typescript";
import { ROOT } from "../scripts/lib/project.js";

const CONSOLE_FOLDER = join(ROOT, "console/generated");
const CLIENT_FILE = join(ROOT, "packages/client/src/api.ts");

const FIRST_LINE = "// Made from src/http/admin/openapi.json by `npm run client:types`.\n\n";

const document = JSON.parse(readFileSync(join(ROOT, "src/http/admin/openapi.json"), "utf8"));
mkdirSync(CONSOLE_FOLDER, { recursive: true });
writeFileSync(
  join(CONSOLE_FOLDER, "admin-api.d.ts"),
  astToString(await openapiTypes(structuredClone(document))),
);

// What an answer holds is nobody's to change, and what is sent may be read-only.
const text = FIRST_LINE + astToString(await openapiTypes(document, { immutable: true }));
if (!process.argv.includes("--check")) writeFileSync(CLIENT_FILE, text);
else if (readFileSync(CLIENT_FILE, "utf8") !== text) {
  console.error("packages/client/src/api.ts is not current: run npm run client:types.");
  process.exitCode = 1;
}

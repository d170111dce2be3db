// Writes the OpenAPI document of the admin API from the schemas that check its calls; with --check
// it only compares. Made here and not in the Worker, which would have to carry the generator.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openapiDocument } from "./lib/openapi-document.js";
import { ROOT } from "./lib/project.js";

const FILE = join(ROOT, "src/http/admin/openapi.json");

const text = `${JSON.stringify(openapiDocument(), null, 2)}\n`;
if (!process.argv.includes("--check")) writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  console.error("src/http/admin/openapi.json is not current: run npm run openapi.");
  process.exitCode = 1;
}

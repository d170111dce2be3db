// Writes the types of the admin API, which the console's client has, from its OpenAPI document.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTypes, { astToString } from "openapi-typescript";
import { ROOT } from "../scripts/lib/project.js";

const FOLDER = join(ROOT, "console/generated");

const document = JSON.parse(readFileSync(join(ROOT, "src/http/admin/openapi.json"), "utf8"));
mkdirSync(FOLDER, { recursive: true });
writeFileSync(join(FOLDER, "admin-api.d.ts"), astToString(await openapiTypes(document)));

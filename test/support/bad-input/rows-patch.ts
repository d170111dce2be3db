import { CORE_USER } from "#scim/schema/urns.ts";
import { aUser } from "#test/support/gateway.ts";
import { ADA, patch, patchBody, replace } from "./bad-input.ts";
import { type HttpRow, refused, type World } from "./table.ts";

const STRICT = { settings: { strict: true } };

const MANY = Array(1_001).fill(replace("title"));
const PROTO = '{"Operations":[{"op":"add","value":{"__proto__":{"admin":true}}}]}';
const UNKNOWN_SUB_ATTRIBUTE = patch(replace('emails[type eq "work"].nope'));
const NO_SCHEMAS = patchBody({ Operations: [replace("title")] });

/** Section E: PATCH. */
export const PATCH_ROWS: readonly HttpRow[] = [
  ...refused(400, "invalidSyntax", [
    [68, "no Operations", patchBody({ schemas: [] })],
    [69, "Operations {}", patchBody({ Operations: {} })],
    [71, "an unknown op", patch({ op: "frobnicate", path: "title" })],
    [80, "__proto__ in a value", patchBody(PROTO)],
    [84, "1,001 operations", patch(...MANY)],
    [92, "no schemas, strict", NO_SCHEMAS, STRICT],
  ]),
  ...refused(400, "noTarget", [
    [73, "remove without a path", patch({ op: "remove" })],
    [82, "co without a match", patch(replace('emails[type co "q"].value'))],
    [82, "or without a match", patch(replace('emails[type eq "q" or display eq "q"].value'))],
  ]),
  ...refused(400, "mutability", [
    [74, "another id", patch(replace("id"))],
    [75, "meta.created", patch(replace("meta.created"))],
    [76, "groups", patch(replace("groups", [{ value: "g" }]))],
    [89, "remove userName", patch({ op: "remove", path: "userName" })],
  ]),
  ...refused(400, "invalidPath", [
    [78, "__proto__.admin", patch(replace("__proto__.admin"))],
    [79, "constructor", patch(replace("constructor.prototype.x"))],
    [81, "an open bracket", patch(replace('emails[type eq "work"'))],
    [83, "an unknown sub-attribute, strict", UNKNOWN_SUB_ATTRIBUTE, STRICT],
    [91, "a path of 3 KB", patch(replace("x".repeat(3 * 1024)))],
  ]),
  ...refused(400, "invalidValue", [
    [85, "a valid and an invalid one", patch(replace("title"), replace("active"))],
    [90, "active {}", patch(replace("active", {}))],
  ]),
  ...refused(409, "uniqueness", [[86, "a userName that another user has", takenName]]),
  ...refused(412, undefined, [
    [87, "a stale If-Match", { ...patch(replace("title")), headers: { "If-Match": 'W/"0"' } }],
    [88, "If-Match garbage", { ...patch(replace("title")), headers: { "If-Match": "garbage" } }],
  ]),
  ...accepted([
    [70, "Operations []", patchBody({ Operations: [] }), { userName: "ada" }],
    [72, "op Add", patch({ op: "Add", path: "title", value: "x" }), { title: "x" }],
    [72, "op Replace", patch({ op: "Replace", path: "title", value: "x" }), { title: "x" }],
    [77, "path schemas", patch(replace("schemas", ["urn:x:y"])), { schemas: [CORE_USER] }],
    [83, "an unknown sub-attribute", UNKNOWN_SUB_ATTRIBUTE, ADA],
    [84, "1,000 operations", patch(...MANY.slice(1)), { title: "x" }],
    [92, "no schemas", NO_SCHEMAS, { title: "x" }],
  ]),
];

function accepted(
  rows: readonly (readonly [number, string, HttpRow["sent"], body: object])[],
): readonly HttpRow[] {
  return rows.map(([row, what, sent, body]) => ({ row, what, sent, status: 200, body }));
}

async function takenName({ client }: World) {
  await client.post(aUser({ userName: "Bob" }));
  return patch(replace("title"), replace("userName", "bOB"));
}

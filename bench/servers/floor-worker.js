import { Hono } from "hono";

/**
 * What a request costs before any SCIM is done: Hono and one D1 round trip through the same stack, to
 * the same table. It asks two statements in one batch, as the gateway does for token and resource.
 */
const app = new Hono();

const TOKEN = "SELECT connector_id FROM credentials WHERE hash = ?1";
const BY_ID = `SELECT doc, id, version, created_at, modified_at FROM resources
  WHERE connector_id = 1 AND type = 'User' AND id = ?1 AND deleted_at IS NULL`;
const BY_NAME = `SELECT doc, id, version, created_at, modified_at FROM resources
  WHERE connector_id = 1 AND type = 'User' AND name_key = ?1 AND name_slot = '' AND deleted_at IS NULL`;

app.get("/scim/v2/Users/:id", (context) => answer(context, BY_ID, context.req.param("id")));
app.get("/scim/v2/Users", (context) => {
  const [, name = ""] = /"(.*)"/.exec(context.req.query("filter") ?? "") ?? [];
  return answer(context, BY_NAME, name);
});
app.get("/healthz", (context) => context.text("ok"));

/**
 * @param {import("hono").Context} context
 * @param {string} text
 * @param {string} value
 */
async function answer(context, text, value) {
  const { DB } = context.env;
  const token = context.req.header("Authorization") ?? "";
  const [, found] = await DB.batch([DB.prepare(TOKEN).bind(token), DB.prepare(text).bind(value)]);
  return new Response(JSON.stringify(found.results), {
    headers: { "Content-Type": "application/scim+json" },
  });
}

export default app;

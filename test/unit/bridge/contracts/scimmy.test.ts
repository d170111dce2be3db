import { createServer, type Server } from "node:http";
import express from "express4";
import SCIMMY from "scimmy";
import { SCIMMYRouters } from "scimmy-routers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createScimSource } from "#bridge/providers/scim/source.ts";
import { readListing } from "#test/support/fake-directory/source-of.ts";

const TOKEN = "scimmy-token";

let server: Server;
let baseUrl: string;

// scimmy-routers pages on Express 4 alone; on Express 5 it gives the first page for ever.
beforeAll(async () => {
  const users = Array.from({ length: 250 }, (_, n) => ({
    id: `u${n}`,
    userName: `user-${n}@example.com`,
    emails: [{ value: `user-${n}@example.com`, primary: true }],
  }));
  SCIMMY.Resources.declare(SCIMMY.Resources.User).egress(({ id, filter }) => {
    // Filters are left to the application.
    const found =
      filter?.match(users) ?? users.filter((user) => id === undefined || user.id === id);
    if (found.length === 0) throw new SCIMMY.Types.Error(404, "", "No such user");
    return found;
  });
  const app = express();
  app.use("/scim/v2", new SCIMMYRouters({ type: "bearer", handler: authenticate }));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  baseUrl = `http://127.0.0.1:${address.port}/scim/v2`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test("the SCIM source reads each user of a scimmy server once", async () => {
  const { records, last } = await readListing(source(), "users");

  expect(new Set(records.map(({ id }) => id)).size).toBe(250);
  expect(records.length).toBe(250);
  expect(last.total).toBe(250);
});

test("the SCIM source reads one user of a scimmy server by id and by name", async () => {
  expect(await source().readUser("u7")).toMatchObject({ userName: "user-7@example.com" });
  expect(await source().findUser("user-8@example.com")).toMatchObject({ id: "u8" });
});

function source() {
  return createScimSource(
    { type: "scim", baseUrl },
    { kind: "scim", token: TOKEN },
    {
      fetch,
      now: Date.now,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      onRequest: () => {},
    },
  );
}

function authenticate({ headers }: { headers: { authorization?: string | undefined } }): string {
  if (headers.authorization !== `Bearer ${TOKEN}`) throw new Error("Unauthorized");
  return "bridge";
}

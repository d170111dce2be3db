import { expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

/** A body whose connection is lost behind its first bytes. */
function brokenBody(): ReadableStream<Uint8Array> {
  let isBegun = false;
  return new ReadableStream({
    pull(controller) {
      if (isBegun) controller.error(new Error("Network connection lost."));
      else controller.enqueue(new TextEncoder().encode('{"userName":'));
      isBegun = true;
    },
  });
}

test("a body that breaks off is told and logged as such, not as a fault of ours", async () => {
  const { id, token } = await gateway.connector();

  const answer = await gateway.send(
    new Request("https://scim.example.com/scim/v2/Users", {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/scim+json" },
      body: brokenBody(),
    }),
  );

  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ scimType: "invalidSyntax", status: "400" });
  const log = await gateway.admin(`/connectors/${id}/events`);
  expect(log.body.items).toMatchObject([{ method: "POST", status: 400 }]);
});

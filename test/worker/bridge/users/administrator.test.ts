import { expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { openGateway } from "#test/support/gateway.ts";

// What a run does with users whom an administrator changed.

const gateway = openGateway({ roundTripsMax: 10 });

async function aSyncedBridge() {
  const source = new BridgeSource(manyPeople(3));
  const bridge = await TestBridge.open(source);
  await bridge.due();
  const [first] = await bridge.users();
  const act = async (action: string) => {
    const path = `/connectors/${bridge.connector.id}/users/${first?.id}/${action}`;
    expect((await gateway.admin(path, { method: "POST" })).status).toBe(200);
  };
  const isActive = async () => (await bridge.users())[0]?.active === 1;
  return { source, bridge, act, isActive };
}

test("whom an administrator deactivated stays so until the provider's record changes", async () => {
  const { source, bridge, act, isActive } = await aSyncedBridge();
  await act("deactivate");

  const unchanged = await bridge.run("full");
  const afterRun = await isActive();
  source.put({ id: "p0", title: "Dr" });
  const changed = await bridge.run("full");

  expect([unchanged.issues, afterRun]).toEqual([[], false]);
  expect([changed.issues, await isActive()]).toEqual([[], true]);
});

test("whom an administrator deactivated and then excluded is let go as he is", async () => {
  const { source, bridge, act, isActive } = await aSyncedBridge();
  await act("deactivate");
  await bridge.configure({ excluded: ["p0@example.com"] });

  source.put({ id: "p0", title: "Dr" });
  await bridge.run("full");

  expect(await isActive()).toBe(false);
});

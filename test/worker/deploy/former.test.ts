import { describe, expect, test } from "vitest";
import { allEvents } from "#test/support/changes/feed.ts";
import { contradictions } from "#test/support/consistency.ts";
import { plantFormerRows } from "#test/support/deploy/former-rows.ts";
import {
  columnsByTable,
  migrateAnew,
  migrateTo,
  NEWEST_LEVEL,
  rowsByTable,
} from "#test/support/deploy/migration-levels.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { adding, removing, valuesOf } from "#test/support/scim/groups.ts";

// What former versions stored, as each migration found it.

// The first migration alone has no triggers: no version ran on that.
const LEVELS = Array.from({ length: NEWEST_LEVEL - 1 }, (_, at) => at + 2);

describe.each(LEVELS)("what a version with %d migrations stored", (level) => {
  test("is whole after the newest migration", async () => {
    await migrateAnew(level);
    await plantFormerRows();
    const columns = await columnsByTable();
    const before = await rowsByTable();

    await migrateTo(NEWEST_LEVEL);

    expect(await rowsByTable(columns)).toEqual(before);
    expect(await contradictions()).toEqual([]);
  });

  test("is found, and changed, by this version", async () => {
    await migrateAnew(level);
    const { token, connector, ada, bob, cleo, group, events } = await plantFormerRows();
    await migrateTo(NEWEST_LEVEL);
    const gateway = openGateway();
    const call = (path: string, request: object = {}) => gateway.scim(path, { token, ...request });
    const find = async (filter: string) =>
      (await call(`/Users?${new URLSearchParams({ filter })}`)).body.Resources[0]?.id;
    const log = (await gateway.admin(`/connectors/${connector}/events`)).body.items;
    const feed = await allEvents(gateway, connector);

    const found = [
      await find('userName eq "ADA"'),
      await find('externalId eq "ext-ada"'),
      await find('emails[type eq "work"].value eq "ada@example.com"'),
      (await call(`/Users/${bob}`)).body.groups[0].value,
      ...valuesOf((await call(`/Groups/${group}`)).body),
    ];
    const title = aPatch({ op: "replace", path: "title", value: "Prof" });
    const patched = await call(`/Users/${ada}`, { method: "PATCH", body: title });
    const back = await call("/Users", {
      body: aUser({ userName: "cleo", externalId: "ext-cleo" }),
    });
    const dora = (await call("/Users", { body: aUser({ externalId: "ext-dora" }) })).body.id;
    const members = aPatch(adding(ada), removing(bob));
    await call(`/Groups/${group}?attributes=members`, { method: "PATCH", body: members });
    const group2 = (await call(`/Groups/${group}`)).body;

    expect(found).toEqual([ada, ada, ada, group, bob]);
    expect(log.map(({ id }: { id: string }) => id)).toEqual(events.toReversed());
    expect(feed.map(({ type }) => type)).toEqual([
      ...["user.created", "user.created", "user.created", "user.deleted"],
      ...["group.created", "group.member_added"],
    ]);
    expect([patched.status, patched.body.meta.version]).toEqual([200, 'W/"2"']);
    expect([back.status, back.body.id]).toEqual([201, cleo]);
    expect(valuesOf(group2)).toEqual([ada, dora].sort());
    expect(await contradictions()).toEqual([]);
  });
});

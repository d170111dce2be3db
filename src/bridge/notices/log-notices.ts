import { documentOf } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";
import type { StoredBridge } from "#store/admin/bridges.ts";
import { withRetries } from "#store/database.ts";
import { databaseOf } from "#store/databases.ts";
import { resourcesByKeys } from "#store/directory/lookup.ts";
import { appendEvents } from "#store/event-log/events.ts";
import { runQuery, type Scope } from "#store/query.ts";
import { parseChoice } from "../config/stored-config.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import { textIn } from "../plan/document.ts";
import { noticeEvent } from "../step/event-row.ts";
import { dropNotices, listNotices } from "../storage/notices.ts";
import type { ObjectSql } from "../storage/tables.ts";
import type { BridgeTools } from "../tools.ts";

/** So many notices travel together. */
const NOTICES_PER_BATCH = 1_000;

/** Appends the notices that wait to the event log, then forgets them; safe to repeat. */
export async function logNotices(
  sql: ObjectSql,
  tools: Pick<BridgeTools, "databases" | "clock">,
  bridge: StoredBridge,
): Promise<void> {
  const { databases, clock } = tools;
  const db = databaseOf(databases, bridge.connectorId);
  const facts = {
    provider: parseChoice(bridge.config).source.type,
    isMasked: bridge.settings.maskPersonalData,
  };
  for (;;) {
    const notices = listNotices(sql, NOTICES_PER_BATCH);
    if (notices.length === 0) return;
    const nameless = notices.filter((each) => each.userName === null);
    const ids = nameless.flatMap(({ resourceType, resourceId }) =>
      resourceType === "User" && resourceId !== null ? [resourceId] : [],
    );
    const names = await userNames(tools, bridge, ids);
    const rows = notices.map((each) => noticeEvent(each, names.get(each.resourceId ?? ""), facts));
    await withRetries(clock, () => db.batch([...appendEvents(db, bridge.connectorId, rows)]));
    dropNotices(sql, notices);
  }
}

/** What users are called in the directory now, by id; deleted ones are not among them. */
export async function userNames(
  { databases, clock }: Pick<BridgeTools, "databases" | "clock">,
  { connectorId }: Pick<StoredBridge, "connectorId">,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map();
  const db = databaseOf(databases, connectorId);
  const scope: Scope = { kind: "connector", connectorId };
  const keys = [...new Set(userIds)].map((value) => ({ key: "id" as const, value }));
  const records = await runQuery(db, resourcesByKeys(db, scope, "User", keys), clock);
  const pairs = userIds.flatMap((id): [string, string][] => {
    const record = records.get(keyText({ key: "id", value: id }))?.[0];
    const name = record === undefined ? undefined : textIn(documentOf(record), USER_NAME_SLOT);
    return name === undefined ? [] : [[id, name]];
  });
  return new Map(pairs);
}

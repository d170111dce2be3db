import type { Hono } from "hono";
import { csvLine } from "#http/admin/call/csv.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { EXPORT_PAGE_ROWS, type ExportLines, exportResponse } from "#http/admin/call/export.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import type { AppEnv } from "#http/request/services.ts";
import { listAudit, type StoredAudit } from "#store/admin/audit.ts";
import { centralDatabase } from "#store/databases.ts";
import { timeOfId } from "#store/event-log/list.ts";
import { parseStored } from "#store/json-text.ts";
import { AUDIT_OPERATIONS } from "./operations.ts";

const { listAudit: list, exportAudit } = AUDIT_OPERATIONS;

/** Registers the trail of administrators' actions in the admin API: to be read, and nothing else. */
export function addAuditRoutes(admin: Hono<AppEnv>): void {
  addCall(admin, list, async (context) => {
    const { cursor, limit, ...filter } = readQuery(context, list);
    const beforeId = decodeIdCursor(cursor);
    const page = await listAudit(centralDatabase(context.env), filter, { beforeId, limit });
    return reply(context, list, 200, {
      items: page.items.map(auditView),
      nextCursor: encodeCursor(page.beforeId),
    });
  });
  addCall(admin, exportAudit, async (context) => {
    const { format, ...filter } = readQuery(context, exportAudit);
    const db = centralDatabase(context.env);
    return await exportResponse(format, "audit", AUDIT_LINES, (beforeId) =>
      listAudit(db, filter, { beforeId, limit: EXPORT_PAGE_ROWS }),
    );
  });
}

function auditView(row: StoredAudit) {
  const { id, actorKind, actor, actorName, operation, connectorId } = row;
  const { subject, subjectId, difference, clientIp, userAgent, outcome } = row;
  return {
    id,
    time: new Date(timeOfId(id)).toISOString(),
    actor: { kind: actorKind, id: actor, name: actorName },
    operation,
    connectorId,
    subject: { kind: subject, id: subjectId },
    difference: parseStored(difference),
    clientIp,
    userAgent,
    outcome,
  };
}

const CSV_COLUMNS = [
  "operation",
  "connectorId",
  "subject",
  "subjectId",
  "actorKind",
  "actor",
  "actorName",
  "difference",
  "clientIp",
  "userAgent",
  "outcome",
] as const;

const AUDIT_LINES: ExportLines<StoredAudit> = {
  view: auditView,
  csvHead: csvLine(["id", "time", ...CSV_COLUMNS]),
  csv: (row) => {
    const time = new Date(timeOfId(row.id)).toISOString();
    return csvLine([row.id, time, ...CSV_COLUMNS.map((name) => row[name])]);
  },
};

import { csvLine } from "#http/admin/call/csv.ts";
import type { ExportLines } from "#http/admin/call/export.ts";
import type { StoredEvent } from "#store/event-log/list.ts";
import { eventView } from "./query.ts";

const CSV_COLUMNS = [
  "id",
  "time",
  "method",
  "path",
  "status",
  "scimType",
  "latencyMs",
  "clientIp",
  "userAgent",
  "credentialId",
  "actor",
  "resourceType",
  "resourceId",
  "userName",
  "explanation",
  "requestBody",
  "responseBody",
] as const;

/** How an event is written in an export. */
export const EVENT_LINES: ExportLines<StoredEvent> = {
  view: eventView,
  csvHead: csvLine([...CSV_COLUMNS, "warnings", "difference", "count"]),
  csv: (event) => {
    const view = eventView(event);
    // Lists and objects go as the JSON texts that they are stored as.
    const texts = [event.warnings, event.difference];
    return csvLine([...CSV_COLUMNS.map((name) => view[name]), ...texts, event.count]);
  },
};

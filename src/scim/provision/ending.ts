import {
  type ConnectorTerms,
  documentOf,
  type ResourceChange,
  type ResourceRecord,
} from "#scim/ports.ts";
import { deletedRecord, replacedRecord } from "#scim/resource/record.ts";

/** What becomes of the users of a directory that ends. */
export type UsersAtEnd = "keep" | "deactivate" | "delete";

/**
 * What the end of its directory does to a live user or group; undefined where it stays as it is: a user who is
 * inactive already, a group unless users are deleted. Deleted users are kept as the connector's `deletion` says,
 * but that none is only deactivated.
 */
export function changeAtEnd(
  before: ResourceRecord,
  users: UsersAtEnd,
  { type, deletion, now }: Pick<ConnectorTerms, "type" | "deletion"> & { readonly now: number },
): ResourceChange | undefined {
  switch (users) {
    case "keep":
      return undefined;
    case "deactivate": {
      const document = documentOf(before);
      if (before.type !== "User" || document.active === false) return undefined;
      const after = replacedRecord(type, before, { ...document, active: false }, now);
      return { kind: "update", before, after };
    }
    case "delete": {
      const after = deletedRecord(before, now);
      const isKept = before.type === "User" && deletion !== "hard";
      return { kind: isKept ? "delete" : "erase", before, after };
    }
  }
}

import type { Listed, Member } from "../src/directory.ts";
import type { ChangeEvent, MemberEvent, ResourceEvent, ScimResource } from "../src/events.ts";

/** The little of SQLite that the copy needs, whichever library brings it. */
export interface Sql {
  /** Runs one statement and gives its rows. */
  readonly all: (
    text: string,
    ...values: readonly (string | number)[]
  ) => readonly Record<string, unknown>[];
  /** Runs the work so that all of it is stored, or nothing. */
  readonly transaction: (work: () => void) => void;
}

/** A directory as it was read. */
export interface ReadDirectory {
  readonly users: readonly Listed[];
  readonly groups: readonly Listed[];
  readonly members: ReadonlyMap<string, readonly Member[]>;
}

/** A copy of the directories of one connector or of several that knows up to where it has followed the feed. */
export interface Copy {
  /** Where to go on; undefined for a copy that was never filled. */
  readonly cursor: () => Awaitable<string | undefined>;
  /** Applies events in their order, and moves the cursor, in one transaction; safe to repeat. */
  readonly apply: (events: readonly ChangeEvent[], next: string) => Awaitable<void>;
  /** Replaces everything by a directory that was read after the cursor was taken. */
  readonly replaceAll: (directory: ReadDirectory, next: string) => Awaitable<void>;
}

/** A store may be a call away. */
type Awaitable<T> = T | Promise<T>;

/** Opens a copy, and makes its tables where they are missing. */
export function openCopy(sql: Sql): Copy {
  for (const text of TABLES) sql.all(text);
  const moveTo = (next: string) =>
    sql.all("INSERT OR REPLACE INTO copy_state (name, value) VALUES ('cursor', ?)", next);
  return {
    cursor: () => {
      const [row] = sql.all("SELECT value FROM copy_state WHERE name = 'cursor'");
      return typeof row?.value === "string" ? row.value : undefined;
    },
    apply: (events, next) =>
      sql.transaction(() => {
        for (const event of events) applyEvent(sql, event);
        moveTo(next);
      }),
    replaceAll: ({ users, groups, members }, next) =>
      sql.transaction(() => {
        for (const table of ["copy_resources", "copy_members"]) sql.all(`DELETE FROM ${table}`);
        for (const user of users) storeResource(sql, "User", user);
        for (const group of groups) storeResource(sql, "Group", group);
        for (const [groupId, list] of members) {
          for (const { value, type } of list) storeMember(sql, groupId, value, type);
        }
        moveTo(next);
      }),
  };
}

const TABLES = [
  "CREATE TABLE IF NOT EXISTS copy_state (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
  `CREATE TABLE IF NOT EXISTS copy_resources (id TEXT PRIMARY KEY, connector TEXT NOT NULL,
     type TEXT NOT NULL, version INTEGER NOT NULL, document TEXT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS copy_members (group_id TEXT NOT NULL, member_id TEXT NOT NULL,
     member_type TEXT NOT NULL, PRIMARY KEY (group_id, member_id))`,
];

function applyEvent(sql: Sql, event: ChangeEvent): void {
  switch (event.type) {
    case "user.created":
    case "user.updated":
    case "user.deactivated":
    case "user.reactivated":
    case "user.restored":
    case "user.claimed":
    case "group.created":
    case "group.updated":
      storeResource(sql, event.resourceType, event);
      return;
    case "user.deleted":
    // The person asked to be forgotten: whatever you know of the user beside this copy goes too.
    case "user.erased":
    case "group.deleted":
      deleteResource(sql, event);
      return;
    case "group.member_added":
      storeMember(sql, event.groupId, event.memberId, event.memberType);
      moveGroupOn(sql, event);
      return;
    case "group.member_removed":
      sql.all(
        "DELETE FROM copy_members WHERE group_id = ? AND member_id = ?",
        event.groupId,
        event.memberId,
      );
      moveGroupOn(sql, event);
      return;
    // What becomes of its users was told before, one by one.
    case "connector.deleted":
    case "connector.moved":
      dropDirectory(sql, event.connector);
      return;
    // Its directory is read anew: sync.ts sees to it.
    case "connector.joined":
    // The members of the groups say it as well, to an application that keeps them.
    case "user.roles_changed":
    case "connector.alert":
      return;
  }
}

/** The directory of a connector is no longer there, or no longer for this reader. */
function dropDirectory(sql: Sql, connector: string): void {
  sql.all(
    "DELETE FROM copy_members WHERE group_id IN (SELECT id FROM copy_resources WHERE connector = ?)",
    connector,
  );
  sql.all("DELETE FROM copy_resources WHERE connector = ?", connector);
}

/** An older version comes when a directory was read that was newer than the cursor: it is passed over. */
function storeResource(sql: Sql, type: string, { connector, resource }: Listed): void {
  sql.all(
    `INSERT INTO copy_resources (id, connector, type, version, document) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, document = excluded.document
     WHERE excluded.version >= copy_resources.version`,
    resource.id,
    connector,
    type,
    Number(/\d+/.exec(String(resource.meta.version))?.[0] ?? 0),
    JSON.stringify(copiedPart(resource)),
  );
}

/** What the resource itself decides: memberships are rows, and the location depends on the URL asked. */
function copiedPart({ groups: _, members: __, ...resource }: ScimResource) {
  const { location: ___, ...meta } = resource.meta;
  return { ...resource, meta };
}

function deleteResource(sql: Sql, { resourceId, version }: ResourceEvent): void {
  sql.all("DELETE FROM copy_resources WHERE id = ? AND version <= ?", resourceId, version);
  // The other way round, each group tells which member it lost.
  sql.all("DELETE FROM copy_members WHERE group_id = ?", resourceId);
}

function storeMember(sql: Sql, groupId: string, memberId: string, memberType: string): void {
  sql.all(
    "INSERT OR REPLACE INTO copy_members (group_id, member_id, member_type) VALUES (?, ?, ?)",
    groupId,
    memberId,
    memberType,
  );
}

/** A change of members is a new version of the group, whose document stays as it is. */
function moveGroupOn(sql: Sql, { groupId, version, time }: MemberEvent): void {
  sql.all(
    `UPDATE copy_resources SET version = ?2,
       document = json_set(document, '$.meta.version', ?3, '$.meta.lastModified', ?4)
     WHERE id = ?1 AND version <= ?2`,
    groupId,
    version,
    `W/"${version}"`,
    time,
  );
}

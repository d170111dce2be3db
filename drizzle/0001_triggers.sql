-- Counts of live resources, exact under writes of many rows: a total per connector and type, and one
-- per block of about 1,000 ids so that a page at any startIndex is found without walking to it.
CREATE TRIGGER `resources_counted_on_insert` AFTER INSERT ON `resources` WHEN NEW.deleted_at IS NULL BEGIN
  INSERT INTO counters (connector_id, type, live) VALUES (NEW.connector_id, NEW.type, 1)
    ON CONFLICT DO UPDATE SET live = live + 1;
  INSERT INTO resource_blocks (connector_id, type, first_id, size, live)
    SELECT NEW.connector_id, NEW.type,
      -- A block is closed only at its end: ids are chosen before they are stored, and may come late.
      coalesce((SELECT iif(size < 1000 OR EXISTS (SELECT 1 FROM resources
          WHERE connector_id = NEW.connector_id AND type = NEW.type AND id > NEW.id AND deleted_at IS NULL),
          first_id, NULL) FROM resource_blocks
        WHERE connector_id = NEW.connector_id AND type = NEW.type AND first_id <= NEW.id
        ORDER BY first_id DESC LIMIT 1), NEW.id),
      1, 1
    WHERE true
    ON CONFLICT DO UPDATE SET size = size + 1, live = live + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `resources_counted_on_deleted_at` AFTER UPDATE OF `deleted_at` ON `resources` WHEN (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
  UPDATE counters SET live = live + iif(NEW.deleted_at IS NULL, 1, -1)
    WHERE connector_id = NEW.connector_id AND type = NEW.type;
  UPDATE resource_blocks SET live = live + iif(NEW.deleted_at IS NULL, 1, -1)
    WHERE connector_id = NEW.connector_id AND type = NEW.type AND first_id = (SELECT first_id FROM resource_blocks
      WHERE connector_id = NEW.connector_id AND type = NEW.type AND first_id <= NEW.id
      ORDER BY first_id DESC LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER `resources_counted_on_delete` AFTER DELETE ON `resources` BEGIN
  UPDATE counters SET live = live - 1
    WHERE connector_id = OLD.connector_id AND type = OLD.type AND OLD.deleted_at IS NULL;
  UPDATE resource_blocks SET size = size - 1, live = live - (OLD.deleted_at IS NULL)
    WHERE connector_id = OLD.connector_id AND type = OLD.type AND first_id = (SELECT first_id FROM resource_blocks
      WHERE connector_id = OLD.connector_id AND type = OLD.type AND first_id <= OLD.id
      ORDER BY first_id DESC LIMIT 1);
END;
--> statement-breakpoint
-- A resource that goes leaves its groups: each of them moves one version on, by the same event.
CREATE TRIGGER `resources_leave_groups_on_deleted_at` AFTER UPDATE OF `deleted_at` ON `resources` WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL AND EXISTS (
  SELECT 1 FROM group_members WHERE connector_id = NEW.connector_id AND member_id = NEW.id
) BEGIN
  UPDATE resources SET version = version + 1, modified_at = NEW.modified_at, event_id = NEW.event_id
    WHERE row_id IN (SELECT g.row_id FROM group_members AS m CROSS JOIN resources AS g
      ON g.connector_id = m.connector_id AND g.type = 'Group' AND g.id = m.group_id AND g.deleted_at IS NULL
      WHERE m.connector_id = NEW.connector_id AND m.member_id = NEW.id);
  -- The row values make SQLite start from the index on members; a plain condition walks all groups.
  DELETE FROM group_members WHERE (connector_id, group_id, member_id) IN (
    SELECT connector_id, group_id, member_id FROM group_members
    WHERE connector_id = NEW.connector_id AND member_id = NEW.id);
END;
--> statement-breakpoint
-- A row that is erased has its own memberships, members and looked-up values erased with it.
CREATE TRIGGER `resources_cleared_on_delete` AFTER DELETE ON `resources` BEGIN
  DELETE FROM group_members WHERE (connector_id, group_id, member_id) IN (
    SELECT connector_id, group_id, member_id FROM group_members
    WHERE connector_id = OLD.connector_id AND member_id = OLD.id);
  DELETE FROM group_members WHERE connector_id = OLD.connector_id AND group_id = OLD.id;
  DELETE FROM parked_members WHERE connector_id = OLD.connector_id AND group_id = OLD.id;
  DELETE FROM resource_values WHERE (connector_id, path, value_key, type_key, resource_id) IN (
    SELECT connector_id, path, value_key, type_key, resource_id FROM resource_values
    WHERE connector_id = OLD.connector_id AND resource_id = OLD.id);
END;
--> statement-breakpoint
-- One change row for each membership that really changed. Whoever changes members first moves the
-- group's row on, which then says by which event, at which moment and to which version. The members
-- of a group that is gone raise nothing: its own deletion said it all.
CREATE TRIGGER `group_members_changed_on_insert` AFTER INSERT ON `group_members` BEGIN
  INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
    SELECT event_id, connector_id, 'Group', id, version, 'group.member_added', modified_at,
      json_object('groupId', NEW.group_id, 'memberId', NEW.member_id, 'memberType', NEW.member_type)
    FROM resources WHERE connector_id = NEW.connector_id AND type = 'Group' AND id = NEW.group_id
      AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER `group_members_changed_on_delete` AFTER DELETE ON `group_members` BEGIN
  INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
    SELECT event_id, connector_id, 'Group', id, version, 'group.member_removed', modified_at,
      json_object('groupId', OLD.group_id, 'memberId', OLD.member_id, 'memberType', OLD.member_type)
    FROM resources WHERE connector_id = OLD.connector_id AND type = 'Group' AND id = OLD.group_id
      AND deleted_at IS NULL;
END;
--> statement-breakpoint
-- A resource that arrives under a parked value joins the groups that waited for it; a user also by
-- taking that value as externalId later on (a group could close a cycle then). This hangs on its
-- change row, so that the feed tells of the resource before it tells of the membership.
CREATE TRIGGER `parked_members_attached` AFTER INSERT ON `changes` WHEN (NEW.type = 'group.created' OR NEW.resource_type = 'User' AND NEW.type <> 'user.deleted') AND EXISTS (
  SELECT 1 FROM parked_members WHERE connector_id = NEW.connector_id AND value IN (NEW.resource_id, NEW.payload ->> 'externalId')
) BEGIN
  UPDATE resources SET version = version + 1, modified_at = NEW.at, event_id = NEW.event_id
    WHERE connector_id = NEW.connector_id AND type = 'Group' AND deleted_at IS NULL AND id <> NEW.resource_id AND id IN (
      SELECT group_id FROM parked_members
      WHERE connector_id = NEW.connector_id AND value IN (NEW.resource_id, NEW.payload ->> 'externalId'));
  INSERT OR IGNORE INTO group_members (connector_id, group_id, member_id, member_type)
    SELECT connector_id, group_id, NEW.resource_id, NEW.resource_type FROM parked_members
    WHERE connector_id = NEW.connector_id AND group_id <> NEW.resource_id
      AND value IN (NEW.resource_id, NEW.payload ->> 'externalId');
  DELETE FROM parked_members WHERE (connector_id, group_id, value) IN (
    SELECT connector_id, group_id, value FROM parked_members
    WHERE connector_id = NEW.connector_id AND value IN (NEW.resource_id, NEW.payload ->> 'externalId'));
END;
--> statement-breakpoint
-- A user who arrived while the value was being parked joins at once: nothing else would ever tell.
CREATE TRIGGER `parked_members_counted_on_insert` AFTER INSERT ON `parked_members` BEGIN
  INSERT INTO counters (connector_id, type, live) VALUES (NEW.connector_id, 'ParkedMember', 1)
    ON CONFLICT DO UPDATE SET live = live + 1;
  INSERT OR IGNORE INTO group_members (connector_id, group_id, member_id, member_type)
    SELECT connector_id, NEW.group_id, id, type FROM resources
    WHERE connector_id = NEW.connector_id AND type = 'User' AND id = NEW.value AND deleted_at IS NULL
    UNION ALL SELECT connector_id, NEW.group_id, id, type FROM resources
    WHERE connector_id = NEW.connector_id AND type = 'User' AND external_id = NEW.value AND deleted_at IS NULL;
  -- Two questions: an OR of the two columns would walk over all users.
  DELETE FROM parked_members WHERE connector_id = NEW.connector_id AND group_id = NEW.group_id AND value = NEW.value
    AND (EXISTS (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'User' AND id = NEW.value AND deleted_at IS NULL)
      OR EXISTS (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'User' AND external_id = NEW.value AND deleted_at IS NULL));
END;
--> statement-breakpoint
CREATE TRIGGER `parked_members_counted_on_delete` AFTER DELETE ON `parked_members` BEGIN
  UPDATE counters SET live = live - 1 WHERE connector_id = OLD.connector_id AND type = 'ParkedMember';
END;
--> statement-breakpoint
-- The newest change row is never deleted: its seq is the cursor of every reader, and without it
-- SQLite would hand the same seq out again.
CREATE TRIGGER `changes_keep_newest` BEFORE DELETE ON `changes` WHEN OLD.seq = (SELECT max(seq) FROM changes) BEGIN
  SELECT RAISE(IGNORE);
END;

-- The brake on push: what clients switch off is counted, and beyond a number it can wait to be told.
CREATE TABLE `held_memberships` (
	`connector_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`group_id` text NOT NULL,
	`type` text,
	PRIMARY KEY(`connector_id`, `user_id`, `group_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `held_users` (
	`connector_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`row_id` integer NOT NULL,
	`since` integer NOT NULL,
	`held_by` text NOT NULL,
	`event_id` text NOT NULL,
	`at` integer NOT NULL,
	`version` integer DEFAULT 0 NOT NULL,
	`type` text DEFAULT 'user.deactivated' NOT NULL,
	`payload` text DEFAULT '{}' NOT NULL,
	`difference` text,
	`is_erased` integer DEFAULT 0 NOT NULL,
	`is_ending` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`connector_id`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `switch_offs` (
	`connector_id` integer NOT NULL,
	`since` integer NOT NULL,
	`count` integer NOT NULL,
	`alert_id` text,
	PRIMARY KEY(`connector_id`, `since`)
) WITHOUT ROWID;
--> statement-breakpoint
-- A connector's pieces of time that are older than the longest window go as a new one begins.
CREATE TRIGGER `switch_offs_pruned` AFTER INSERT ON `switch_offs` BEGIN
  DELETE FROM switch_offs WHERE connector_id = NEW.connector_id AND since < NEW.since - 86400000;
END;
--> statement-breakpoint
-- What changes of a held user is not told but added to what is held. A user who is active again, or who is erased
-- by an administrator, is held no more.
CREATE TRIGGER `changes_held` BEFORE INSERT ON `changes` WHEN EXISTS (
  SELECT 1 FROM held_users WHERE connector_id = NEW.connector_id
) AND NEW.type IN ('user.updated', 'user.deactivated', 'user.reactivated', 'user.deleted', 'user.restored', 'user.erased') AND EXISTS (
  SELECT 1 FROM held_users WHERE connector_id = NEW.connector_id AND user_id = NEW.resource_id AND is_ending = 0
) BEGIN
  UPDATE held_users SET event_id = NEW.event_id, at = NEW.at, version = NEW.version, payload = NEW.payload,
      type = CASE WHEN NEW.type IN ('user.deleted', 'user.erased') THEN NEW.type
        WHEN coalesce(NEW.payload ->> 'active', 1) = 0 THEN 'user.deactivated' ELSE 'user.updated' END,
      -- The attributes as they were before the first change and are after the last; of long ones the names alone.
      difference = CASE WHEN NEW.difference IS NULL THEN difference
        WHEN difference IS NULL THEN NEW.difference
        WHEN 'array' IN (json_type(difference), json_type(NEW.difference)) THEN (
          SELECT json_group_array(name) FROM (
            SELECT iif(typeof(key) = 'integer', value, key) AS name FROM json_each(held_users.difference)
            UNION SELECT iif(typeof(key) = 'integer', value, key) FROM json_each(NEW.difference)))
        ELSE (SELECT json_group_object(name, CASE WHEN former IS NULL THEN json_object('to', json(latter))
              WHEN latter IS NULL THEN json_object('from', json(former))
              ELSE json_object('from', json(former), 'to', json(latter)) END)
          FROM (
            SELECT f.key AS name, f.value -> '$.from' AS former, iif(l.key IS NULL, f.value, l.value) -> '$.to' AS latter
              FROM json_each(held_users.difference) AS f LEFT JOIN json_each(NEW.difference) AS l ON l.key = f.key
            UNION ALL SELECT key, value -> '$.from', value -> '$.to' FROM json_each(NEW.difference)
              WHERE key NOT IN (SELECT key FROM json_each(held_users.difference)))
          WHERE former IS NOT latter) END
    WHERE connector_id = NEW.connector_id AND user_id = NEW.resource_id;
  UPDATE held_users SET is_ending = 1
    WHERE connector_id = NEW.connector_id AND user_id = NEW.resource_id AND type IN ('user.updated', 'user.erased');
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
-- Memberships that end with the deletion of a held user wait with it: their end would tell it. One that ends and
-- begins again leaves nothing to tell.
CREATE TRIGGER `changes_held_memberships` BEFORE INSERT ON `changes` WHEN NEW.type IN ('group.member_added', 'group.member_removed') AND EXISTS (
  SELECT 1 FROM held_users WHERE connector_id = NEW.connector_id
) AND EXISTS (
  SELECT 1 FROM held_users WHERE connector_id = NEW.connector_id AND user_id = NEW.payload ->> 'memberId' AND is_ending = 0
) AND (NOT EXISTS (
  SELECT 1 FROM resources WHERE connector_id = NEW.connector_id AND type = 'User' AND id = NEW.payload ->> 'memberId' AND deleted_at IS NULL
) OR EXISTS (
  SELECT 1 FROM held_memberships WHERE connector_id = NEW.connector_id AND user_id = NEW.payload ->> 'memberId'
    AND group_id = NEW.resource_id AND type IS NOT NULL
)) BEGIN
  INSERT INTO held_memberships (connector_id, user_id, group_id, type)
    VALUES (NEW.connector_id, NEW.payload ->> 'memberId', NEW.resource_id, NEW.type)
    ON CONFLICT DO UPDATE SET type = iif(type IS NULL, excluded.type, NULL);
  SELECT RAISE(IGNORE);
END;
--> statement-breakpoint
-- What ends is told as one change, unless the user is again as was told before; then come the memberships, at the
-- version that their groups have by now.
CREATE TRIGGER `held_users_told` AFTER UPDATE OF `is_ending` ON `held_users` WHEN NEW.is_ending = 1 AND OLD.is_ending = 0 BEGIN
  INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload, difference)
    SELECT NEW.event_id, NEW.connector_id, 'User', NEW.user_id, NEW.version, NEW.type, NEW.at, NEW.payload,
      iif(NEW.type IN ('user.updated', 'user.deactivated'), NEW.difference, NULL)
    WHERE NEW.type <> 'user.updated' OR coalesce(NEW.difference, '{}') NOT IN ('{}', '[]');
  INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
    SELECT NEW.event_id, NEW.connector_id, 'Group', g.id, g.version, m.type, NEW.at,
      json_object('groupId', g.id, 'memberId', NEW.user_id, 'memberType', 'User')
    FROM held_memberships AS m CROSS JOIN resources AS g
    WHERE m.connector_id = NEW.connector_id AND m.user_id = NEW.user_id AND m.type IS NOT NULL
      AND g.connector_id = m.connector_id AND g.type = 'Group' AND g.id = m.group_id AND g.deleted_at IS NULL;
  DELETE FROM held_memberships WHERE connector_id = NEW.connector_id AND user_id = NEW.user_id;
  DELETE FROM resources WHERE NEW.is_erased = 1 AND row_id = NEW.row_id AND connector_id = NEW.connector_id
    AND id = NEW.user_id AND deleted_at IS NOT NULL;
  DELETE FROM held_users WHERE connector_id = NEW.connector_id AND user_id = NEW.user_id;
END;
--> statement-breakpoint
-- A held user is erased when it is told, or else there were nobody to be restored.
CREATE TRIGGER `resources_held` BEFORE DELETE ON `resources` WHEN EXISTS (
  SELECT 1 FROM held_users WHERE connector_id = OLD.connector_id AND user_id = OLD.id AND is_ending = 0
) BEGIN
  UPDATE held_users SET is_erased = 1 WHERE connector_id = OLD.connector_id AND user_id = OLD.id;
  SELECT RAISE(IGNORE);
END;

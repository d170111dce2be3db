CREATE TABLE `pending_role_groups` (
	`connector_id` integer NOT NULL,
	`event_id` text NOT NULL,
	`group_id` text NOT NULL,
	`after_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `event_id`, `group_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `pending_roles` (
	`connector_id` integer NOT NULL,
	`event_id` text NOT NULL,
	`user_id` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `event_id`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `role_rules` (
	`connector_id` integer NOT NULL,
	`named_by` text NOT NULL,
	`group_key` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`connector_id`, `named_by`, `group_key`, `role`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `told_roles` (
	`connector_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`roles` text NOT NULL,
	PRIMARY KEY(`connector_id`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
-- Whose roles may be others than were told is noted here, whoever writes. Where a connector has no such rules,
-- each of these triggers ends with a look into an empty place.
CREATE TRIGGER `roles_pending_on_member_insert` AFTER INSERT ON `group_members` WHEN NEW.member_type = 'User' AND EXISTS (
  SELECT 1 FROM role_rules WHERE connector_id = NEW.connector_id
) BEGIN
  INSERT OR IGNORE INTO pending_roles (connector_id, event_id, user_id, at)
    SELECT g.connector_id, g.event_id, NEW.member_id, g.modified_at FROM resources AS g
    WHERE g.connector_id = NEW.connector_id AND g.type = 'Group' AND g.id = NEW.group_id AND g.deleted_at IS NULL
      AND (EXISTS (SELECT 1 FROM role_rules WHERE connector_id = NEW.connector_id AND named_by = 'id' AND group_key = g.id)
        OR EXISTS (SELECT 1 FROM role_rules WHERE connector_id = NEW.connector_id AND named_by = 'name' AND group_key = g.name_key));
END;
--> statement-breakpoint
CREATE TRIGGER `roles_pending_on_member_delete` AFTER DELETE ON `group_members` WHEN OLD.member_type = 'User' AND EXISTS (
  SELECT 1 FROM role_rules WHERE connector_id = OLD.connector_id
) BEGIN
  INSERT OR IGNORE INTO pending_roles (connector_id, event_id, user_id, at)
    SELECT g.connector_id, g.event_id, OLD.member_id, g.modified_at FROM resources AS g
    WHERE g.connector_id = OLD.connector_id AND g.type = 'Group' AND g.id = OLD.group_id AND g.deleted_at IS NULL
      AND (EXISTS (SELECT 1 FROM role_rules WHERE connector_id = OLD.connector_id AND named_by = 'id' AND group_key = g.id)
        OR EXISTS (SELECT 1 FROM role_rules WHERE connector_id = OLD.connector_id AND named_by = 'name' AND group_key = g.name_key));
END;
--> statement-breakpoint
-- A group that goes: its members go with it row by row, after this.
CREATE TRIGGER `roles_pending_on_group_delete` BEFORE DELETE ON `resources` WHEN OLD.type = 'Group' AND (
  EXISTS (SELECT 1 FROM role_rules WHERE connector_id = OLD.connector_id AND named_by = 'id' AND group_key = OLD.id)
  OR EXISTS (SELECT 1 FROM role_rules WHERE connector_id = OLD.connector_id AND named_by = 'name' AND group_key = OLD.name_key)
) BEGIN
  INSERT OR IGNORE INTO pending_roles (connector_id, event_id, user_id, at)
    SELECT connector_id, OLD.event_id, member_id, OLD.modified_at FROM group_members
    WHERE connector_id = OLD.connector_id AND group_id = OLD.id AND member_type = 'User';
END;
--> statement-breakpoint
-- A group that takes a name, or gives one up, to which a role belongs. Of a large one the first 200 members are
-- looked at with the write itself, the others in slices.
CREATE TRIGGER `roles_pending_on_group_name` AFTER UPDATE OF `name_key` ON `resources` WHEN NEW.type = 'Group' AND OLD.name_key <> NEW.name_key AND (
  EXISTS (SELECT 1 FROM role_rules WHERE connector_id = NEW.connector_id AND named_by = 'name' AND group_key = OLD.name_key)
  OR EXISTS (SELECT 1 FROM role_rules WHERE connector_id = NEW.connector_id AND named_by = 'name' AND group_key = NEW.name_key)
) BEGIN
  INSERT OR IGNORE INTO pending_roles (connector_id, event_id, user_id, at)
    SELECT connector_id, NEW.event_id, member_id, NEW.modified_at FROM (
      SELECT connector_id, member_id, member_type FROM group_members
      WHERE connector_id = NEW.connector_id AND group_id = NEW.id ORDER BY member_id LIMIT 200)
    WHERE member_type = 'User';
  INSERT OR REPLACE INTO pending_role_groups (connector_id, event_id, group_id, after_id, at)
    SELECT connector_id, NEW.event_id, group_id, member_id, NEW.modified_at FROM group_members
    WHERE connector_id = NEW.connector_id AND group_id = NEW.id ORDER BY member_id LIMIT 1 OFFSET 199;
END;
--> statement-breakpoint
-- What was told is what the feed says: no other place writes it.
CREATE TRIGGER `roles_told_on_change` AFTER INSERT ON `changes` WHEN NEW.type = 'user.roles_changed' BEGIN
  DELETE FROM told_roles WHERE connector_id = NEW.connector_id AND user_id = NEW.resource_id;
  INSERT INTO told_roles (connector_id, user_id, roles)
    SELECT NEW.connector_id, NEW.resource_id, NEW.payload -> 'roles'
    WHERE json_array_length(NEW.payload -> 'roles') > 0;
END;
--> statement-breakpoint
-- Who is deleted has no roles any more, without a further word.
CREATE TRIGGER `roles_forgotten_on_user_deleted` AFTER INSERT ON `changes` WHEN NEW.type = 'user.deleted' AND EXISTS (
  SELECT 1 FROM told_roles WHERE connector_id = NEW.connector_id AND user_id = NEW.resource_id
) BEGIN
  DELETE FROM told_roles WHERE connector_id = NEW.connector_id AND user_id = NEW.resource_id;
END;
--> statement-breakpoint
CREATE TRIGGER `roles_forgotten_on_user_delete` AFTER DELETE ON `resources` WHEN OLD.type = 'User' AND EXISTS (
  SELECT 1 FROM told_roles WHERE connector_id = OLD.connector_id AND user_id = OLD.id
) BEGIN
  DELETE FROM told_roles WHERE connector_id = OLD.connector_id AND user_id = OLD.id;
END;
--> statement-breakpoint
-- After a connector's end nothing is told of its users' roles.
CREATE TRIGGER `roles_forgotten_on_connector_deleted` AFTER UPDATE OF `deleted_at` ON `connectors` WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL BEGIN
  DELETE FROM role_rules WHERE connector_id = NEW.number;
  DELETE FROM pending_role_groups WHERE connector_id = NEW.number;
END;

-- People who are being erased, until nothing is left of them.
CREATE TABLE `erasures` (
	`connector_id` integer NOT NULL,
	`user_id` text NOT NULL,
	`names` text NOT NULL,
	`started_at` integer NOT NULL,
	`changes_to` integer DEFAULT 0 NOT NULL,
	`events_to` text DEFAULT '' NOT NULL,
	`stage` text DEFAULT 'changes' NOT NULL,
	PRIMARY KEY(`connector_id`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
DROP TRIGGER `parked_members_attached`;--> statement-breakpoint
-- As before, but that a person who was erased joins no group that waited.
CREATE TRIGGER `parked_members_attached` AFTER INSERT ON `changes` WHEN (NEW.type = 'group.created' OR NEW.resource_type = 'User' AND NEW.type NOT IN ('user.deleted', 'user.erased')) AND EXISTS (
  SELECT 1 FROM parked_members WHERE connector_id = NEW.connector_id AND value IN (NEW.resource_id, NEW.payload ->> 'externalId')
) BEGIN
  UPDATE resources SET version = version + 1, modified_at = NEW.at, event_id = NEW.event_id
    WHERE connector_id = NEW.connector_id AND type = 'Group' AND deleted_at IS NULL AND id <> NEW.resource_id AND id IN (
      SELECT group_id FROM parked_members
      WHERE connector_id = NEW.connector_id AND value IN (NEW.resource_id, iif((SELECT count(*) FROM (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type IN ('User', 'Group')
          AND external_id = NEW.payload ->> 'externalId' AND deleted_at IS NULL LIMIT 2)) = 1,
        NEW.payload ->> 'externalId', NULL)));
  INSERT OR IGNORE INTO group_members (connector_id, group_id, member_id, member_type)
    SELECT connector_id, group_id, NEW.resource_id, NEW.resource_type FROM parked_members
    WHERE connector_id = NEW.connector_id AND group_id <> NEW.resource_id
      AND value IN (NEW.resource_id, iif((SELECT count(*) FROM (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type IN ('User', 'Group')
          AND external_id = NEW.payload ->> 'externalId' AND deleted_at IS NULL LIMIT 2)) = 1,
        NEW.payload ->> 'externalId', NULL));
  DELETE FROM parked_members WHERE (connector_id, group_id, value) IN (
    SELECT connector_id, group_id, value FROM parked_members
    WHERE connector_id = NEW.connector_id AND value IN (NEW.resource_id, iif((SELECT count(*) FROM (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type IN ('User', 'Group')
          AND external_id = NEW.payload ->> 'externalId' AND deleted_at IS NULL LIMIT 2)) = 1,
        NEW.payload ->> 'externalId', NULL)));
END;

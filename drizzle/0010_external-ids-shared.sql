-- One externalId may be held by any number of users (RFC 7643 3.1): a guard sees to uniqueness where a
-- connector wants it, and what names a member by externalId means it only while exactly one holds it.
DROP INDEX `resources_external_id`;--> statement-breakpoint
CREATE INDEX `resources_external_id` ON `resources` (`connector_id`,`type`,`external_id`) WHERE external_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE `tx_guard` ADD `external_id_taken` integer DEFAULT 0 NOT NULL CONSTRAINT "external_id_free" CHECK("external_id_taken" = 0);--> statement-breakpoint
DROP TRIGGER `parked_members_attached`;--> statement-breakpoint
-- A resource that arrives under a parked value joins the groups that waited for it; a user also by
-- taking that value as externalId later on (a group could close a cycle then), unless another one holds
-- it as well. This hangs on its change row, so that the feed tells of the resource before it tells of
-- the membership.
CREATE TRIGGER `parked_members_attached` AFTER INSERT ON `changes` WHEN (NEW.type = 'group.created' OR NEW.resource_type = 'User' AND NEW.type <> 'user.deleted') AND EXISTS (
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
--> statement-breakpoint
DROP TRIGGER `parked_members_counted_on_insert`;--> statement-breakpoint
-- A user who arrived while the value was being parked joins at once: nothing else would ever tell.
CREATE TRIGGER `parked_members_counted_on_insert` AFTER INSERT ON `parked_members` BEGIN
  INSERT INTO counters (connector_id, type, live) VALUES (NEW.connector_id, 'ParkedMember', 1)
    ON CONFLICT DO UPDATE SET live = live + 1;
  INSERT OR IGNORE INTO group_members (connector_id, group_id, member_id, member_type)
    SELECT connector_id, NEW.group_id, id, type FROM resources
    WHERE connector_id = NEW.connector_id AND type = 'User' AND id = NEW.value AND deleted_at IS NULL
    UNION ALL SELECT connector_id, NEW.group_id, id, type FROM resources
    WHERE row_id = (SELECT iif(count(*) = 1, max(row_id), NULL) FROM (SELECT row_id FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'User' AND external_id = NEW.value
          AND deleted_at IS NULL LIMIT 2))
      AND NOT EXISTS (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'Group' AND external_id = NEW.value);
  -- Two questions: an OR of the two columns would walk over all users.
  DELETE FROM parked_members WHERE connector_id = NEW.connector_id AND group_id = NEW.group_id AND value = NEW.value
    AND (EXISTS (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'User' AND id = NEW.value AND deleted_at IS NULL)
      OR EXISTS (SELECT 1 FROM resources
        WHERE row_id = (SELECT iif(count(*) = 1, max(row_id), NULL) FROM (SELECT row_id FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'User' AND external_id = NEW.value
          AND deleted_at IS NULL LIMIT 2))
      AND NOT EXISTS (SELECT 1 FROM resources
        WHERE connector_id = NEW.connector_id AND type = 'Group' AND external_id = NEW.value)));
END;

-- What the event log tells of requests, hour by hour, and in all.
CREATE TABLE `activity` (
	`connector_id` integer NOT NULL,
	`hour` integer NOT NULL,
	`requests_2xx` integer NOT NULL,
	`requests_3xx` integer NOT NULL,
	`requests_4xx` integer NOT NULL,
	`requests_5xx` integer NOT NULL,
	`refusals_4xx` integer NOT NULL,
	`refusals_5xx` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `hour`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `activity_totals` (
	`connector_id` integer PRIMARY KEY NOT NULL,
	`requests_2xx` integer NOT NULL,
	`requests_3xx` integer NOT NULL,
	`requests_4xx` integer NOT NULL,
	`requests_5xx` integer NOT NULL,
	`refusals_4xx` integer NOT NULL,
	`refusals_5xx` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	`up_to_10` integer NOT NULL,
	`up_to_25` integer NOT NULL,
	`up_to_50` integer NOT NULL,
	`up_to_100` integer NOT NULL,
	`up_to_250` integer NOT NULL,
	`up_to_500` integer NOT NULL,
	`up_to_1000` integer NOT NULL,
	`up_to_2500` integer NOT NULL,
	`last_request_at` integer,
	`last_error_at` integer,
	`last_error_status` integer,
	`last_error_id` text
);
--> statement-breakpoint
ALTER TABLE `bridges` ADD `held` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `bridges` ADD `last_succeeded_at` integer;--> statement-breakpoint
ALTER TABLE `counters` ADD `inactive` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `counters` ADD `deleted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `waiting` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `waiting_since` integer;--> statement-breakpoint
-- Who is there already is counted once, in one look at the table.
UPDATE counters SET inactive = found.inactive, deleted = found.deleted FROM (
  SELECT connector_id, type, sum(deleted_at IS NULL AND active = 0) AS inactive, sum(deleted_at IS NOT NULL) AS deleted
    FROM resources GROUP BY connector_id, type
) AS found WHERE counters.connector_id = found.connector_id AND counters.type = found.type;
--> statement-breakpoint
DROP TRIGGER `resources_counted_on_insert`;--> statement-breakpoint
DROP TRIGGER `resources_counted_on_deleted_at`;--> statement-breakpoint
DROP TRIGGER `resources_counted_on_delete`;--> statement-breakpoint
-- As before, but that the row of a counter says too how many of the live ones are not active, and how many are deleted.
CREATE TRIGGER `resources_counted_on_insert` AFTER INSERT ON `resources` WHEN NEW.deleted_at IS NULL BEGIN
  INSERT INTO counters (connector_id, type, live, inactive) VALUES (NEW.connector_id, NEW.type, 1, NEW.active = 0)
    ON CONFLICT DO UPDATE SET live = live + 1, inactive = inactive + (NEW.active = 0);
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
  UPDATE counters SET live = live + iif(NEW.deleted_at IS NULL, 1, -1),
      inactive = inactive + iif(NEW.deleted_at IS NULL, NEW.active = 0, -(OLD.active = 0)),
      deleted = deleted + iif(NEW.deleted_at IS NULL, -1, 1)
    WHERE connector_id = NEW.connector_id AND type = NEW.type;
  UPDATE resource_blocks SET live = live + iif(NEW.deleted_at IS NULL, 1, -1)
    WHERE connector_id = NEW.connector_id AND type = NEW.type AND first_id = (SELECT first_id FROM resource_blocks
      WHERE connector_id = NEW.connector_id AND type = NEW.type AND first_id <= NEW.id
      ORDER BY first_id DESC LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER `resources_counted_on_delete` AFTER DELETE ON `resources` BEGIN
  UPDATE counters SET live = live - (OLD.deleted_at IS NULL),
      inactive = inactive - (OLD.deleted_at IS NULL AND OLD.active = 0),
      deleted = deleted - (OLD.deleted_at IS NOT NULL)
    WHERE connector_id = OLD.connector_id AND type = OLD.type;
  UPDATE resource_blocks SET size = size - 1, live = live - (OLD.deleted_at IS NULL)
    WHERE connector_id = OLD.connector_id AND type = OLD.type AND first_id = (SELECT first_id FROM resource_blocks
      WHERE connector_id = OLD.connector_id AND type = OLD.type AND first_id <= OLD.id
      ORDER BY first_id DESC LIMIT 1);
END;
--> statement-breakpoint
-- A live user who is switched off or on.
CREATE TRIGGER `resources_counted_on_active` AFTER UPDATE OF `active` ON `resources` WHEN OLD.active <> NEW.active AND OLD.deleted_at IS NULL AND NEW.deleted_at IS NULL BEGIN
  UPDATE counters SET inactive = inactive + iif(NEW.active = 0, 1, -1)
    WHERE connector_id = NEW.connector_id AND type = NEW.type;
END;

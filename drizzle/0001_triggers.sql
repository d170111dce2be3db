-- Counts of live users, exact under writes of many rows: a total per connector, and one per block of
-- about 1,000 ids so that a page at any startIndex is found without walking to it.
CREATE TRIGGER `users_counted_on_insert` AFTER INSERT ON `users` WHEN NEW.deleted_at IS NULL BEGIN
  INSERT INTO counters (connector_id, resource_type, live) VALUES (NEW.connector_id, 'User', 1)
    ON CONFLICT DO UPDATE SET live = live + 1;
  INSERT INTO user_blocks (connector_id, first_id, size, live)
    SELECT NEW.connector_id,
      coalesce((SELECT iif(size < 1000, first_id, NULL) FROM user_blocks
        WHERE connector_id = NEW.connector_id AND first_id <= NEW.id ORDER BY first_id DESC LIMIT 1), NEW.id),
      1, 1
    WHERE true
    ON CONFLICT DO UPDATE SET size = size + 1, live = live + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `users_counted_on_deleted_at` AFTER UPDATE OF `deleted_at` ON `users` WHEN (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL) BEGIN
  UPDATE counters SET live = live + iif(NEW.deleted_at IS NULL, 1, -1)
    WHERE connector_id = NEW.connector_id AND resource_type = 'User';
  UPDATE user_blocks SET live = live + iif(NEW.deleted_at IS NULL, 1, -1)
    WHERE connector_id = NEW.connector_id AND first_id = (SELECT first_id FROM user_blocks
      WHERE connector_id = NEW.connector_id AND first_id <= NEW.id ORDER BY first_id DESC LIMIT 1);
END;
--> statement-breakpoint
CREATE TRIGGER `users_counted_on_delete` AFTER DELETE ON `users` BEGIN
  UPDATE counters SET live = live - (OLD.deleted_at IS NULL)
    WHERE connector_id = OLD.connector_id AND resource_type = 'User' AND OLD.deleted_at IS NULL;
  UPDATE user_blocks SET size = size - 1, live = live - (OLD.deleted_at IS NULL)
    WHERE connector_id = OLD.connector_id AND first_id = (SELECT first_id FROM user_blocks
      WHERE connector_id = OLD.connector_id AND first_id <= OLD.id ORDER BY first_id DESC LIMIT 1);
END;
--> statement-breakpoint
-- The newest change row is never deleted: its seq is the cursor of every reader, and without it
-- SQLite would hand the same seq out again.
CREATE TRIGGER `changes_keep_newest` BEFORE DELETE ON `changes` WHEN OLD.seq = (SELECT max(seq) FROM changes) BEGIN
  SELECT RAISE(IGNORE);
END;

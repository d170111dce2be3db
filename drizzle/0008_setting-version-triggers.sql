-- The version of what administrators set moves on with each change, whoever writes it: also the Worker of a
-- former version, which does not know the column. UPDATE OF asks which columns a statement names, not whether
-- their values differ, so that two changes of one millisecond are two. Sealing a secret anew, the position of
-- deliveries and the state of a bridge's runs are no changes.
CREATE TRIGGER `connectors_versioned` AFTER UPDATE OF `name`, `tenant`, `status`, `settings`, `attributes`, `modified_at`, `deleted_at` ON `connectors` BEGIN
  UPDATE connectors SET version = OLD.version + 1 WHERE number = NEW.number;
END;
--> statement-breakpoint
CREATE TRIGGER `connectors_attributes_versioned` AFTER UPDATE OF `attributes` ON `connectors` BEGIN
  UPDATE connectors SET attributes_version = OLD.attributes_version + 1 WHERE number = NEW.number;
END;
--> statement-breakpoint
-- A bridge that is made anew has the key of the one before it, and must not have its versions.
CREATE TRIGGER `bridges_versioned_on_insert` AFTER INSERT ON `bridges` BEGIN
  UPDATE bridges SET version = random() & 2251799813685247 WHERE connector_id = NEW.connector_id;
END;
--> statement-breakpoint
CREATE TRIGGER `bridges_versioned` AFTER UPDATE OF `config`, `modified_at` ON `bridges` BEGIN
  UPDATE bridges SET version = OLD.version + 1 WHERE connector_id = NEW.connector_id;
END;
--> statement-breakpoint
CREATE TRIGGER `bridges_versioned_on_paused` AFTER UPDATE OF `paused` ON `bridges` WHEN OLD.paused <> NEW.paused BEGIN
  UPDATE bridges SET version = OLD.version + 1 WHERE connector_id = NEW.connector_id;
END;
--> statement-breakpoint
CREATE TRIGGER `webhooks_versioned` AFTER UPDATE OF `name`, `url`, `event_types`, `status`, `disabled_reason`, `former_secret_until`, `modified_at` ON `webhooks` BEGIN
  UPDATE webhooks SET version = OLD.version + 1 WHERE id = NEW.id;
END;

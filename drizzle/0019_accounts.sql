ALTER TABLE `resources` ADD `account_id` text;--> statement-breakpoint
ALTER TABLE `resources` ADD `registered_at` integer;--> statement-breakpoint
ALTER TABLE `resources` ADD `unclaimed_version` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `resources_account` ON `resources` (`connector_id`,`account_id`) WHERE account_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `resources_pending` ON `resources` (`connector_id`,`id`) WHERE registered_at IS NULL AND type = 'User';--> statement-breakpoint
CREATE INDEX `resources_registered` ON `resources` (`connector_id`,`id`) WHERE registered_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `resources_unclaimed` ON `resources` (`connector_id`,`id`) WHERE unclaimed_version IS NOT NULL;
CREATE TABLE `setup_links` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`connector_id` integer NOT NULL,
	`name` text NOT NULL,
	`hint` text NOT NULL,
	`can` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	`opened_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `setup_links_id` ON `setup_links` (`id`);--> statement-breakpoint
CREATE INDEX `setup_links_connector` ON `setup_links` (`connector_id`,`id`);--> statement-breakpoint
ALTER TABLE `console_sessions` ADD `setup_link_hash` text;
CREATE TABLE `endings` (
	`id` integer PRIMARY KEY NOT NULL,
	`connector_id` integer NOT NULL,
	`kind` text NOT NULL,
	`users` text NOT NULL,
	`tenant` text,
	`actor` text NOT NULL,
	`event_id` text NOT NULL,
	`at` integer NOT NULL,
	`walked` text DEFAULT 'User' NOT NULL,
	`position` text DEFAULT '' NOT NULL,
	`told` integer DEFAULT 0 NOT NULL,
	`after_seq` integer NOT NULL,
	`until_seq` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `endings_open` ON `endings` (`connector_id`) WHERE until_seq IS NULL;--> statement-breakpoint
CREATE INDEX `endings_tenant` ON `endings` (`tenant`,`connector_id`);--> statement-breakpoint
ALTER TABLE `connectors` ADD `moves_at` integer;--> statement-breakpoint
ALTER TABLE `connectors` ADD `moves_to` text;--> statement-breakpoint
ALTER TABLE `connectors` ADD `tenant_after` integer DEFAULT 0 NOT NULL;
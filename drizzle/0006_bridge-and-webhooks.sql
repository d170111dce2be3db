CREATE TABLE `bridges` (
	`connector_id` integer PRIMARY KEY NOT NULL,
	`config` text NOT NULL,
	`credentials` text NOT NULL,
	`state` text NOT NULL,
	`paused` integer DEFAULT 0 NOT NULL,
	`consecutive_failures` integer DEFAULT 0 NOT NULL,
	`next_at` integer,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `bridges_next_at` ON `bridges` (`next_at`) WHERE next_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`connector_id` integer NOT NULL,
	`name` text,
	`url` text NOT NULL,
	`event_types` text,
	`secret` text NOT NULL,
	`former_secret` text,
	`former_secret_until` integer,
	`status` text NOT NULL,
	`disabled_reason` text,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `webhooks_connector` ON `webhooks` (`connector_id`,`id`);--> statement-breakpoint
ALTER TABLE `changes` ADD `difference` text;--> statement-breakpoint
ALTER TABLE `connectors` ADD `webhook_ids` text DEFAULT '[]' NOT NULL;
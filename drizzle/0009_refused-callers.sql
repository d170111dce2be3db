ALTER TABLE `events` ADD `refusal_key` text;--> statement-breakpoint
ALTER TABLE `events` ADD `count` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `events_refusal` ON `events` (`connector_id`,`refusal_key`) WHERE refusal_key IS NOT NULL;
ALTER TABLE `webhooks` ADD `tenant` text;--> statement-breakpoint
CREATE INDEX `webhooks_followed` ON `webhooks` (`connector_id`,`tenant`,`id`);
CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`connector_id` integer NOT NULL,
	`name` text,
	`secret_hash` text NOT NULL,
	`hint` text NOT NULL,
	`scope` text NOT NULL,
	`created_at` integer NOT NULL,
	`revoked_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE INDEX `oauth_clients_connector` ON `oauth_clients` (`connector_id`,`id`);--> statement-breakpoint
ALTER TABLE `credentials` ADD `client_id` text;
CREATE TABLE `console_sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`key_hash` text,
	`admin_mark` text,
	`created_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`client_ip` text,
	`user_agent` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `console_sessions_id` ON `console_sessions` (`id`);--> statement-breakpoint
CREATE INDEX `console_sessions_ends` ON `console_sessions` (`ends_at`);
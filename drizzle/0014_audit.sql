CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`operation` text NOT NULL,
	`connector_id` text,
	`subject` text NOT NULL,
	`subject_id` text,
	`actor_kind` text NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text,
	`difference` text NOT NULL,
	`client_ip` text,
	`user_agent` text,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_connector` ON `audit` (`connector_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_actor` ON `audit` (`actor`,`id`);--> statement-breakpoint
CREATE INDEX `audit_operation` ON `audit` (`operation`,`id`);
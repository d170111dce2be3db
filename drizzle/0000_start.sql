CREATE TABLE `changes` (
	`seq` integer PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`connector_id` integer NOT NULL,
	`resource_type` text NOT NULL,
	`resource_id` text NOT NULL,
	`version` integer NOT NULL,
	`type` text NOT NULL,
	`at` integer NOT NULL,
	`payload` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `changes_connector` ON `changes` (`connector_id`,`seq`);--> statement-breakpoint
CREATE TABLE `connectors` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`tenant` text,
	`preset` text,
	`status` text NOT NULL,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connectors_id` ON `connectors` (`id`);--> statement-breakpoint
CREATE INDEX `connectors_tenant` ON `connectors` (`tenant`,`id`);--> statement-breakpoint
CREATE TABLE `counters` (
	`connector_id` integer NOT NULL,
	`resource_type` text NOT NULL,
	`live` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `resource_type`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `credentials` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`connector_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text,
	`hint` text NOT NULL,
	`scope` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `credentials_connector` ON `credentials` (`connector_id`,`id`);--> statement-breakpoint
CREATE TABLE `events` (
	`row_id` integer PRIMARY KEY NOT NULL,
	`connector_id` integer NOT NULL,
	`op_id` text NOT NULL,
	`at` integer NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`status` integer NOT NULL,
	`scim_type` text,
	`latency_ms` integer NOT NULL,
	`client_ip` text,
	`user_agent` text,
	`credential_id` text,
	`resource_type` text,
	`resource_id` text,
	`user_name` text,
	`user_name_key` text,
	`request_body` text,
	`response_body` text,
	`warnings` text,
	`explanation` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `events_op_id` ON `events` (`connector_id`,`op_id`);--> statement-breakpoint
CREATE INDEX `events_resource` ON `events` (`connector_id`,`resource_id`,`op_id`) WHERE resource_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `refusals` (
	`minute` integer NOT NULL,
	`ip_prefix` text NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`minute`, `ip_prefix`, `reason`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `tx_guard` (
	`version_changed` integer DEFAULT 0 NOT NULL,
	`credential_gone` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "version_unchanged" CHECK("tx_guard"."version_changed" = 0),
	CONSTRAINT "credential_valid" CHECK("tx_guard"."credential_gone" = 0)
);
--> statement-breakpoint
CREATE TABLE `user_blocks` (
	`connector_id` integer NOT NULL,
	`first_id` text NOT NULL,
	`size` integer NOT NULL,
	`live` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `first_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `user_values` (
	`connector_id` integer NOT NULL,
	`path` text NOT NULL,
	`value_key` text NOT NULL,
	`type_key` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`connector_id`, `path`, `value_key`, `type_key`, `user_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `user_values_user` ON `user_values` (`connector_id`,`user_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`row_id` integer PRIMARY KEY NOT NULL,
	`connector_id` integer NOT NULL,
	`id` text NOT NULL,
	`user_name_key` text NOT NULL,
	`external_id` text,
	`active` integer NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`deleted_at` integer,
	`doc` text NOT NULL,
	`folded` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_id` ON `users` (`connector_id`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_user_name` ON `users` (`connector_id`,`user_name_key`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `users_external_id` ON `users` (`connector_id`,`external_id`) WHERE external_id IS NOT NULL;
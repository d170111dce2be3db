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
	`attributes` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`deleted_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connectors_id` ON `connectors` (`id`);--> statement-breakpoint
CREATE INDEX `connectors_tenant` ON `connectors` (`tenant`,`id`);--> statement-breakpoint
CREATE TABLE `counters` (
	`connector_id` integer NOT NULL,
	`type` text NOT NULL,
	`live` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `type`)
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
CREATE TABLE `group_members` (
	`connector_id` integer NOT NULL,
	`group_id` text NOT NULL,
	`member_id` text NOT NULL,
	`member_type` text NOT NULL,
	PRIMARY KEY(`connector_id`, `group_id`, `member_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `group_members_member` ON `group_members` (`connector_id`,`member_id`);--> statement-breakpoint
CREATE TABLE `parked_members` (
	`connector_id` integer NOT NULL,
	`group_id` text NOT NULL,
	`value` text NOT NULL,
	`parked_at` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `group_id`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `parked_members_value` ON `parked_members` (`connector_id`,`value`);--> statement-breakpoint
CREATE TABLE `refusals` (
	`minute` integer NOT NULL,
	`ip_prefix` text NOT NULL,
	`reason` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`minute`, `ip_prefix`, `reason`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `resource_blocks` (
	`connector_id` integer NOT NULL,
	`type` text NOT NULL,
	`first_id` text NOT NULL,
	`size` integer NOT NULL,
	`live` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `type`, `first_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `resource_values` (
	`connector_id` integer NOT NULL,
	`path` text NOT NULL,
	`value_key` text NOT NULL,
	`type_key` text NOT NULL,
	`resource_id` text NOT NULL,
	PRIMARY KEY(`connector_id`, `path`, `value_key`, `type_key`, `resource_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `resource_values_resource` ON `resource_values` (`connector_id`,`resource_id`);--> statement-breakpoint
CREATE TABLE `resources` (
	`row_id` integer PRIMARY KEY NOT NULL,
	`connector_id` integer NOT NULL,
	`type` text NOT NULL,
	`id` text NOT NULL,
	`name_key` text NOT NULL,
	`name_slot` text NOT NULL,
	`external_id` text,
	`active` integer NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`deleted_at` integer,
	`event_id` text NOT NULL,
	`doc` text NOT NULL,
	`folded` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_id` ON `resources` (`connector_id`,`type`,`id`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `resources_name` ON `resources` (`connector_id`,`type`,`name_key`,`name_slot`) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `resources_external_id` ON `resources` (`connector_id`,`type`,`external_id`) WHERE external_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `tx_guard` (
	`version_changed` integer DEFAULT 0 NOT NULL,
	`credential_gone` integer DEFAULT 0 NOT NULL,
	`member_of_itself` integer DEFAULT 0 NOT NULL,
	CONSTRAINT "version_unchanged" CHECK("tx_guard"."version_changed" = 0),
	CONSTRAINT "credential_valid" CHECK("tx_guard"."credential_gone" = 0),
	CONSTRAINT "no_membership_cycle" CHECK("tx_guard"."member_of_itself" = 0)
);

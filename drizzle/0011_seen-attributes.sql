CREATE TABLE `seen_attributes` (
	`connector_id` integer NOT NULL,
	`place` text NOT NULL,
	`resource_type` text NOT NULL,
	`schema` text NOT NULL,
	`name` text NOT NULL,
	`types` integer NOT NULL,
	`last_at` integer NOT NULL,
	PRIMARY KEY(`connector_id`, `place`)
) WITHOUT ROWID;

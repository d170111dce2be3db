CREATE TABLE `sweeps` (
	`name` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `parked_members_parked_at` ON `parked_members` (`parked_at`);
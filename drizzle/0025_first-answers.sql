CREATE TABLE `first_answers` (
	`hash` text PRIMARY KEY NOT NULL,
	`body` text NOT NULL,
	`answer` text NOT NULL,
	`ends_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `first_answers_ends` ON `first_answers` (`ends_at`);
-- The name of the administrator who did what an event tells of.
ALTER TABLE `events` ADD `actor` text;
-- Unresolved work is data: what is wrong with records, whom to ask for, members whom nobody knows yet.
CREATE TABLE open_issues (plan INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL,
  kind TEXT NOT NULL, detail TEXT NOT NULL, item TEXT NOT NULL, since INTEGER NOT NULL,
  tries INTEGER NOT NULL, run_id TEXT NOT NULL, told INTEGER NOT NULL,
  PRIMARY KEY (plan, type, subject, kind, detail)) WITHOUT ROWID;
CREATE INDEX open_issues_kind ON open_issues (plan, kind, since);
INSERT INTO open_issues SELECT 0, type, subject, kind, detail,
  json_object('kind', kind, 'sourceId', subject, 'detail', detail), 0, 1, run_id, 1 FROM known_issues;
DROP TABLE known_issues;
CREATE TABLE asks (plan INTEGER NOT NULL, source_id TEXT NOT NULL, why TEXT NOT NULL,
  since INTEGER NOT NULL, tries INTEGER NOT NULL, run_id TEXT NOT NULL,
  PRIMARY KEY (plan, source_id)) WITHOUT ROWID;
CREATE TABLE unknown_members (group_id TEXT NOT NULL, member_id TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (group_id, member_id)) WITHOUT ROWID;
CREATE INDEX unknown_members_member ON unknown_members (member_id);
ALTER TABLE offs ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE offs ADD COLUMN run_id TEXT NOT NULL DEFAULT '';
ALTER TABLE offs ADD COLUMN wanted_by TEXT NOT NULL DEFAULT '';
DELETE FROM offs WHERE stage IN ('missing', 'run');
-- The provider's own stamp of the record that was applied last, in milliseconds.
ALTER TABLE links ADD COLUMN stamp INTEGER;

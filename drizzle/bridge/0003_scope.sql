-- Who belongs to the scope of the run under way, and of what the scope consists.
CREATE TABLE scope_parts (kind TEXT NOT NULL, source_id TEXT NOT NULL, is_open INTEGER NOT NULL,
  cursor TEXT, came INTEGER NOT NULL, PRIMARY KEY (kind, source_id)) WITHOUT ROWID;
CREATE TABLE scope_members (source_id TEXT PRIMARY KEY) WITHOUT ROWID;

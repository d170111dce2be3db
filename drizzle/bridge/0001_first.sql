-- What objects had before they knew of versions; some of them have it already.
-- `n` is short and dense, so that a bitmap can say which links a listing has shown.
CREATE TABLE IF NOT EXISTS links (n INTEGER PRIMARY KEY, source_id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL, hash TEXT NOT NULL, active INTEGER NOT NULL, gone_at INTEGER, pending_manager TEXT);
CREATE INDEX IF NOT EXISTS links_user ON links (user_id);
CREATE INDEX IF NOT EXISTS links_active ON links (active) WHERE active = 1;
CREATE INDEX IF NOT EXISTS links_manager ON links (n) WHERE pending_manager IS NOT NULL;
CREATE TABLE IF NOT EXISTS seen (chunk INTEGER PRIMARY KEY, bits BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS cursors (hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offs (stage TEXT NOT NULL, source_id TEXT NOT NULL, off TEXT NOT NULL,
  PRIMARY KEY (stage, source_id)) WITHOUT ROWID;
-- Former name of `waiting`; what was in it is listed again in the next run.
DROP TABLE IF EXISTS conflicts;
CREATE TABLE IF NOT EXISTS waiting (source_id TEXT PRIMARY KEY, record TEXT NOT NULL, name_key TEXT,
  email_key TEXT, settled INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting_name ON waiting (name_key);
CREATE INDEX IF NOT EXISTS waiting_email ON waiting (email_key);
CREATE TABLE IF NOT EXISTS released (user_id TEXT PRIMARY KEY, source_id TEXT NOT NULL)
  WITHOUT ROWID;
-- One row a page, since a run without anything new may find thousands of claims.
CREATE TABLE IF NOT EXISTS claims (n INTEGER PRIMARY KEY, items TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS group_queue (source_id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,
  tries INTEGER NOT NULL, cursor TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS group_parts (source_id TEXT NOT NULL, n INTEGER NOT NULL, added INTEGER NOT NULL,
  ids TEXT NOT NULL, PRIMARY KEY (source_id, n));
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, run TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS issues (run_id TEXT NOT NULL, at INTEGER NOT NULL, item TEXT NOT NULL,
  PRIMARY KEY (run_id, at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known_issues (type TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL,
  detail TEXT NOT NULL, run_id TEXT NOT NULL, PRIMARY KEY (type, subject, kind, detail)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notices (op_id TEXT PRIMARY KEY, notice TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS steps (run_id TEXT NOT NULL, at INTEGER NOT NULL, item TEXT NOT NULL,
  PRIMARY KEY (run_id, at)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS endpoint (
  one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  entry INTEGER PRIMARY KEY AUTOINCREMENT, seq INTEGER NOT NULL UNIQUE, resource TEXT NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER, dead_at INTEGER);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_at, seq) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_head ON deliveries (resource) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (resource, seq) WHERE dead_at IS NULL;
CREATE INDEX IF NOT EXISTS deliveries_dead ON deliveries (dead_at) WHERE dead_at IS NOT NULL;

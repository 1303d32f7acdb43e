-- What an import made of which row of a list: a second run finds it here and makes nothing twice.
CREATE TABLE import_keys (
  kind TEXT NOT NULL CHECK (kind IN ('producer', 'product')),
  key TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  -- SHA-256 of the row as it was read.
  content TEXT NOT NULL,
  imported_at TIMESTAMP NOT NULL,
  PRIMARY KEY (kind, key)
);

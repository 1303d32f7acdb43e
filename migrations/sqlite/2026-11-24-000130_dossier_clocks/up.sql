-- Where dossiers stand in time: rounds, working days, due dates and reminders; what was filed at each submission; samples.
ALTER TABLE dossiers ADD COLUMN due_on DATE;
ALTER TABLE dossiers ADD COLUMN round_code TEXT;
CREATE INDEX dossiers_due ON dossiers (due_on, id) WHERE due_on IS NOT NULL;
CREATE INDEX dossiers_province_due ON dossiers (province_code, due_on, id) WHERE due_on IS NOT NULL;
CREATE INDEX dossiers_commune_due ON dossiers (commune_code, due_on, id) WHERE due_on IS NOT NULL;
CREATE INDEX dossiers_round ON dossiers (round_code, id) WHERE round_code IS NOT NULL;

-- What an upgrade or renewal began from; no dossier where the certificate is older than the program.
CREATE TABLE dossier_origins (
  dossier_id TEXT PRIMARY KEY NOT NULL REFERENCES dossiers (id),
  previous_id TEXT REFERENCES dossiers (id),
  dropped TEXT NOT NULL
);
CREATE INDEX dossier_origins_previous ON dossier_origins (previous_id);

-- What was filed, whole, at each submission. Rows are never changed.
CREATE TABLE dossier_snapshots (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  position INTEGER NOT NULL,
  content TEXT NOT NULL,
  submitted_at TIMESTAMP NOT NULL,
  PRIMARY KEY (dossier_id, position)
);

-- Samples as the province received them.
CREATE TABLE dossier_samples (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  position INTEGER NOT NULL,
  received_on DATE NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  note TEXT,
  account_id TEXT REFERENCES accounts (id),
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (dossier_id, position)
);

CREATE TABLE dossier_reminders (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  kind TEXT NOT NULL CHECK (kind IN ('due_soon', 'overdue')),
  due_on DATE NOT NULL,
  reminded_at TIMESTAMP NOT NULL,
  PRIMARY KEY (dossier_id, kind, due_on)
);

-- Rounds that an office moved or added; the others are those of the law.
CREATE TABLE rounds (
  code TEXT PRIMARY KEY NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('province', 'centre')),
  province_code TEXT,
  year INTEGER NOT NULL,
  number INTEGER NOT NULL,
  closes_on DATE NOT NULL,
  ends_on DATE NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CHECK ((tier = 'province') = (province_code IS NOT NULL))
);
CREATE INDEX rounds_year ON rounds (year, tier, province_code);

-- Days that officers of the centre added to the calendar of working days.
CREATE TABLE holidays (
  day DATE PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('holiday', 'working_day')),
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);

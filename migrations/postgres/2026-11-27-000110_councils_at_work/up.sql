-- Points by part; what a session concluded; suspected conflicts; the advisory team with its reviews and tests.
ALTER TABLE score_sheets ADD COLUMN parts TEXT;

-- The dossier forgets the province's conclusion when the centre scores it; the session's minutes keep it.
ALTER TABLE agenda_items ADD COLUMN conclusion TEXT;
ALTER TABLE agenda_items ADD COLUMN concluded_at TIMESTAMP;

CREATE TABLE conflict_checks (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'dismissed')),
  note TEXT NOT NULL,
  checked_by TEXT NOT NULL REFERENCES accounts (id),
  checked_at TIMESTAMP NOT NULL,
  PRIMARY KEY (dossier_id, account_id)
);

CREATE TABLE advisors (
  province_code TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  office TEXT,
  unit TEXT,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (province_code, account_id)
);
CREATE INDEX advisors_account ON advisors (account_id, province_code);

CREATE TABLE reviews (
  id TEXT PRIMARY KEY NOT NULL,
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  recommendation TEXT NOT NULL CHECK (recommendation IN ('ready', 'needs_completion', 'not_ready')),
  opinion TEXT NOT NULL,
  visit TEXT,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (dossier_id, account_id)
);

CREATE TABLE requested_tests (
  id TEXT PRIMARY KEY NOT NULL,
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  requested_by TEXT NOT NULL REFERENCES accounts (id),
  what TEXT NOT NULL,
  laboratory TEXT,
  due_on DATE NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('open', 'received', 'cancelled')),
  result TEXT,
  paper_id TEXT REFERENCES papers (id),
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX requested_tests_dossier ON requested_tests (dossier_id, id);
CREATE INDEX score_sheets_session ON score_sheets (session_id, status);

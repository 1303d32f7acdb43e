-- Score sheets of council members; certificates with their chain.
CREATE TABLE score_sheets (
  id TEXT PRIMARY KEY NOT NULL,
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  revision INTEGER NOT NULL,
  choices TEXT NOT NULL,
  tourism_case INTEGER,
  comment TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'signed', 'superseded')),
  -- Hundredths of a point; known once the sheet is signed.
  total INTEGER,
  signed_at TIMESTAMP,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (dossier_id, account_id, revision)
);
CREATE INDEX score_sheets_account ON score_sheets (account_id);

CREATE TABLE certificates (
  id TEXT PRIMARY KEY NOT NULL,
  number TEXT NOT NULL UNIQUE,
  decision_number TEXT,
  decided_on DATE,
  -- Year of evaluation: all that is known of some old certificates, and not even that of others.
  year INTEGER,
  issuer TEXT NOT NULL,
  signer_title TEXT,
  product_id TEXT NOT NULL REFERENCES products (id),
  product_name TEXT NOT NULL,
  product_code TEXT,
  producer_id TEXT NOT NULL REFERENCES producers (id),
  producer_name TEXT NOT NULL,
  former_address TEXT,
  province_code TEXT NOT NULL,
  commune_code TEXT,
  dossier_id TEXT REFERENCES dossiers (id),
  scheme TEXT NOT NULL,
  star INTEGER NOT NULL CHECK (star BETWEEN 3 AND 5),
  -- Hundredths of a point.
  score INTEGER,
  issued_on DATE,
  valid_from TIMESTAMP NOT NULL,
  valid_until TIMESTAMP NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('valid', 'superseded', 'lapsed', 'revoked')),
  -- The moment the next certificate of the product took its place.
  superseded_at TIMESTAMP,
  revoked_at TIMESTAMP,
  revoked_reason TEXT,
  source TEXT,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX certificates_product ON certificates (product_id, valid_from);
CREATE INDEX certificates_due ON certificates (status, valid_until);
CREATE INDEX certificates_producer ON certificates (producer_id, id);
CREATE INDEX certificates_commune ON certificates (commune_code, id);
CREATE INDEX certificates_province ON certificates (province_code, id);
CREATE UNIQUE INDEX certificates_dossier ON certificates (dossier_id);

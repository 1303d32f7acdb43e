-- Dossiers and their papers; councils, sessions, agendas, conflicts of interest.
CREATE TABLE dossiers (
  id TEXT PRIMARY KEY NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  product_name TEXT NOT NULL,
  producer_id TEXT NOT NULL REFERENCES producers (id),
  producer_name TEXT NOT NULL,
  province_code TEXT NOT NULL,
  commune_code TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('first', 'upgrade', 'renewal')),
  scheme TEXT NOT NULL,
  set_no INTEGER NOT NULL CHECK (set_no BETWEEN 1 AND 26),
  stage TEXT NOT NULL CHECK (stage IN ('commune', 'province', 'centre')),
  status TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'returned', 'forwarded', 'accepted', 'scoring',
    'concluded', 'recognised', 'refused', 'referred', 'withdrawn')),
  tourism_case INTEGER,
  registration TEXT NOT NULL,
  self_choices TEXT NOT NULL,
  self_total INTEGER,
  commune_report TEXT,
  return_reasons TEXT,
  agreed_choices TEXT,
  conclusion TEXT,
  -- Accounts: who accepted it, put it on an agenda, concluded.
  prepared_by TEXT NOT NULL,
  filed_at TIMESTAMP,
  submitted_at TIMESTAMP,
  forwarded_at TIMESTAMP,
  accepted_at TIMESTAMP,
  concluded_at TIMESTAMP,
  decided_at TIMESTAMP,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX dossiers_product ON dossiers (product_id, id);
CREATE INDEX dossiers_producer ON dossiers (producer_id, id);
CREATE INDEX dossiers_province ON dossiers (province_code, id);
CREATE INDEX dossiers_province_status ON dossiers (province_code, status, id);
CREATE INDEX dossiers_commune ON dossiers (commune_code, id);
CREATE INDEX dossiers_commune_status ON dossiers (commune_code, status, id);
CREATE INDEX dossiers_status ON dossiers (status, stage, id);
-- One open dossier of a product at a time: the net below the check made in the transaction.
CREATE UNIQUE INDEX dossiers_open ON dossiers (product_id)
  WHERE status NOT IN ('recognised', 'refused', 'withdrawn');

CREATE TABLE dossier_papers (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  paper_id TEXT NOT NULL REFERENCES papers (id),
  criterion TEXT NOT NULL,
  PRIMARY KEY (dossier_id, paper_id, criterion)
);
CREATE INDEX dossier_papers_paper ON dossier_papers (paper_id);

CREATE TABLE councils (
  id TEXT PRIMARY KEY NOT NULL,
  tier TEXT NOT NULL CHECK (tier IN ('province', 'centre')),
  province_code TEXT,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'closed')),
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  CHECK ((tier = 'province') = (province_code IS NOT NULL))
);
CREATE INDEX councils_province ON councils (province_code, id);

CREATE TABLE council_members (
  id TEXT PRIMARY KEY NOT NULL,
  council_id TEXT NOT NULL REFERENCES councils (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  seat TEXT NOT NULL CHECK (seat IN ('chair', 'secretary', 'member')),
  office TEXT,
  unit TEXT,
  producer_id TEXT REFERENCES producers (id),
  created_at TIMESTAMP NOT NULL,
  UNIQUE (council_id, account_id)
);
CREATE INDEX council_members_account ON council_members (account_id, council_id);
-- One chair and one secretary.
CREATE UNIQUE INDEX council_members_office ON council_members (council_id, seat) WHERE seat <> 'member';

CREATE TABLE sessions (
  id TEXT PRIMARY KEY NOT NULL,
  council_id TEXT NOT NULL REFERENCES councils (id),
  held_on DATE NOT NULL,
  place TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('meeting', 'written')),
  status TEXT NOT NULL CHECK (status IN ('planned', 'open', 'closed')),
  attendance TEXT NOT NULL,
  minutes TEXT,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_council ON sessions (council_id, id);

CREATE TABLE agenda_items (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (session_id, dossier_id)
);
CREATE INDEX agenda_items_dossier ON agenda_items (dossier_id);

CREATE TABLE conflicts (
  dossier_id TEXT NOT NULL REFERENCES dossiers (id),
  account_id TEXT NOT NULL REFERENCES accounts (id),
  reason TEXT NOT NULL,
  declared_at TIMESTAMP NOT NULL,
  PRIMARY KEY (dossier_id, account_id)
);

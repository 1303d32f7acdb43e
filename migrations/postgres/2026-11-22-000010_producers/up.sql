-- Producers, and what is recorded about communes over time.
CREATE TABLE producers (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('cooperative', 'cooperative_group', 'enterprise', 'farm', 'household', 'association', 'operating_centre')),
  enterprise_form TEXT CHECK (enterprise_form IN ('limited_liability', 'private', 'joint_stock')),
  local_capital_percent INTEGER CHECK (local_capital_percent BETWEEN 0 AND 100),
  tax_code TEXT UNIQUE,
  registration_number TEXT,
  registered_on DATE,
  commune_code TEXT,
  province_code TEXT NOT NULL,
  address TEXT,
  former_address TEXT,
  representative TEXT NOT NULL,
  phone TEXT,
  email TEXT,
  capacity TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'verified', 'suspended', 'dissolved')),
  successor_id TEXT REFERENCES producers (id),
  note TEXT,
  source TEXT,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX producers_name ON producers (name_key, id);
CREATE INDEX producers_province ON producers (province_code, name_key, id);
CREATE INDEX producers_commune ON producers (commune_code, name_key, id);
CREATE INDEX producers_status ON producers (status, name_key, id);
CREATE INDEX producers_phone ON producers (phone);
CREATE INDEX producers_successor ON producers (successor_id);

CREATE TABLE commune_statuses (
  commune_code TEXT NOT NULL,
  position INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('not_yet', 'met', 'advanced', 'model')),
  since DATE NOT NULL,
  criteria_met INTEGER NOT NULL CHECK (criteria_met BETWEEN 0 AND 19),
  decision TEXT,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (commune_code, position)
);

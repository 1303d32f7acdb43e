-- Who certified: the Chairman of a province, or the Minister. Until now only provinces did, also of old lists below
-- five stars.
ALTER TABLE certificates ADD COLUMN tier TEXT NOT NULL DEFAULT 'province' CHECK (tier IN ('province', 'centre'));
UPDATE certificates SET tier = 'centre' WHERE star = 5;

-- How an authority writes its numbers, and who signs for it. What has no row follows the program's own pattern.
CREATE TABLE authorities (
  -- A province's code, or TW for the Ministry.
  code TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  certificate_pattern TEXT NOT NULL,
  decision_pattern TEXT NOT NULL,
  signer_title TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
-- Series are named by the pattern they belong to.
UPDATE counters SET name = 'certificate/OCOP-' || substr(name, 13, 2) || '-' || substr(name, 16, 4) || '-{serial:6}'
  WHERE name LIKE 'certificate/__/____';
UPDATE counters SET name = 'decision/' || substr(name, 10, 2) || '/' || substr(name, 13, 4) || '/{serial}/QĐ-UBND'
  WHERE name LIKE 'decision/__/____';

-- What an authority did to a certificate after it was issued.
CREATE TABLE certificate_acts (
  id TEXT PRIMARY KEY NOT NULL,
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  kind TEXT NOT NULL CHECK (kind IN ('extended', 'revoked')),
  -- The ground of a revocation.
  reason TEXT CHECK (reason IN ('untruthful_dossier', 'criteria_not_met', 'breach_of_law', 'misuse_of_mark',
    'production_stopped', 'authority_conclusion')),
  note TEXT NOT NULL,
  decision_number TEXT NOT NULL,
  -- Day of the conclusion a revocation rests on.
  concluded_on DATE,
  -- The end before an extension, and the one after it.
  old_until TIMESTAMP,
  new_until TIMESTAMP,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  acted_at TIMESTAMP NOT NULL
);
CREATE INDEX certificate_acts_certificate ON certificate_acts (certificate_id, id);

-- Checks after certification (hậu kiểm).
CREATE TABLE certificate_checks (
  id TEXT PRIMARY KEY NOT NULL,
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  checked_on DATE NOT NULL,
  checked_by TEXT NOT NULL,
  findings TEXT NOT NULL,
  -- By when findings are to be put right.
  remedy_by DATE,
  remedied_on DATE,
  remedy_note TEXT,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX certificate_checks_certificate ON certificate_checks (certificate_id, id);

-- Which reminder of a certificate's end was given: 180, 120, 90, 30 or 0 days before it.
CREATE TABLE certificate_reminders (
  certificate_id TEXT NOT NULL REFERENCES certificates (id),
  days INTEGER NOT NULL CHECK (days IN (0, 30, 90, 120, 180)),
  -- The end it told of: an extension begins anew.
  until TIMESTAMP NOT NULL,
  given_at TIMESTAMP NOT NULL,
  PRIMARY KEY (certificate_id, days, until)
);

-- What somebody is to be told (thông báo).
CREATE TABLE notices (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  producer_id TEXT NOT NULL REFERENCES producers (id),
  commune_code TEXT,
  province_code TEXT NOT NULL,
  text_vi TEXT NOT NULL,
  text_en TEXT NOT NULL,
  due_on DATE,
  created_at TIMESTAMP NOT NULL
);
CREATE INDEX notices_producer ON notices (producer_id, id);
CREATE INDEX notices_commune ON notices (commune_code, id);
CREATE INDEX notices_province ON notices (province_code, id);

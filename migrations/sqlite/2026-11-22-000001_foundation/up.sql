-- Accounts, tokens, keys; repeats; audit trail; event log; jobs.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY NOT NULL,
  username TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  full_name TEXT NOT NULL,
  roles TEXT NOT NULL,
  place_code TEXT,
  producer_id TEXT,
  email TEXT,
  status TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
  failed_logins INTEGER NOT NULL,
  locked_until TIMESTAMP,
  password_changed_at TIMESTAMP NOT NULL,
  last_login_at TIMESTAMP,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX accounts_producer ON accounts (producer_id);

CREATE TABLE refresh_tokens (
  id TEXT PRIMARY KEY NOT NULL,
  account_id TEXT NOT NULL REFERENCES accounts (id),
  family TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  issued_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP NOT NULL,
  used_at TIMESTAMP,
  revoked_at TIMESTAMP
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_account ON refresh_tokens (account_id);

CREATE TABLE signing_keys (
  id TEXT PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('access_token', 'star_token')),
  public_key TEXT NOT NULL,
  sealed_private_key TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  retired_at TIMESTAMP
);

CREATE TABLE idempotency_keys (
  account_id TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL,
  PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

CREATE TABLE audit_entries (
  seq BIGINT PRIMARY KEY NOT NULL,
  id TEXT NOT NULL,
  at TIMESTAMP NOT NULL,
  actor TEXT NOT NULL,
  op TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  before TEXT,
  after TEXT,
  request_id TEXT,
  hash TEXT NOT NULL
);
CREATE INDEX audit_entries_subject ON audit_entries (subject_id, seq);

CREATE TABLE events (
  seq BIGINT PRIMARY KEY NOT NULL,
  id TEXT NOT NULL,
  at TIMESTAMP NOT NULL,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX events_subject ON events (subject_id, seq);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  lane TEXT NOT NULL,
  payload TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'leased', 'done', 'dead')),
  run_at TIMESTAMP NOT NULL,
  attempts INTEGER NOT NULL,
  leased_until TIMESTAMP,
  leased_by TEXT,
  last_error TEXT,
  created_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP
);
CREATE INDEX jobs_due ON jobs (status, run_at);
CREATE INDEX jobs_lane ON jobs (lane, status);
CREATE INDEX jobs_finished ON jobs (finished_at);

CREATE TABLE job_attempts (
  id TEXT PRIMARY KEY NOT NULL,
  job_id TEXT NOT NULL REFERENCES jobs (id),
  lane TEXT NOT NULL,
  started_at TIMESTAMP NOT NULL,
  finished_at TIMESTAMP NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX job_attempts_job ON job_attempts (job_id);
CREATE INDEX job_attempts_lane ON job_attempts (lane, id);
CREATE INDEX job_attempts_finished ON job_attempts (finished_at);

CREATE TABLE counters (
  name TEXT PRIMARY KEY NOT NULL,
  value BIGINT NOT NULL
);

-- Wrong passwords by the name that was tried, whether somebody has it or not: a lock tells nobody which names exist.
CREATE TABLE sign_in_failures (
  -- SHA-256 of the name: people type passwords where the name belongs.
  name_hash TEXT PRIMARY KEY NOT NULL,
  failed INTEGER NOT NULL,
  locked_until TIMESTAMP,
  failed_at TIMESTAMP NOT NULL
);
CREATE INDEX sign_in_failures_at ON sign_in_failures (failed_at);
CREATE INDEX refresh_tokens_expires ON refresh_tokens (expires_at);
ALTER TABLE accounts DROP COLUMN failed_logins;
ALTER TABLE accounts DROP COLUMN locked_until;

ALTER TABLE accounts ADD COLUMN failed_logins INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN locked_until TIMESTAMP;
DROP INDEX refresh_tokens_expires;
DROP TABLE sign_in_failures;

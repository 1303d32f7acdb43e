-- A shop that is connected by its owner's consent on the platform's own page waits for it without a token.
ALTER TABLE shops ADD COLUMN by_consent BOOLEAN NOT NULL DEFAULT FALSE;
-- Consents that were asked for: by the digest of the state that only the owner's browser carries. The code is sealed and
-- stands here until it has been used.
CREATE TABLE shop_consents (
    state_hash TEXT NOT NULL PRIMARY KEY,
    shop_id TEXT NOT NULL REFERENCES shops (id),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    answered_at TIMESTAMP,
    code TEXT
);
CREATE INDEX shop_consents_shop ON shop_consents (shop_id);
CREATE INDEX shop_consents_created ON shop_consents (created_at);

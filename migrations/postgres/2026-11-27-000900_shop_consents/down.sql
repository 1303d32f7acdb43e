DROP TABLE shop_consents;
ALTER TABLE shops DROP COLUMN by_consent;

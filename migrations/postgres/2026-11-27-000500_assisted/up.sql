-- Whether a shop is served by hand: files go out and come back through a person, nothing is ever called.
ALTER TABLE shops ADD COLUMN assisted BOOLEAN NOT NULL DEFAULT FALSE;
-- The columns of a platform's product file, where an administrator changed those that are shipped.
CREATE TABLE export_columns (
    platform TEXT NOT NULL PRIMARY KEY,
    layout TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
-- How the file of orders is read that a shop's platform gives.
CREATE TABLE order_mappings (
    shop_id TEXT NOT NULL PRIMARY KEY REFERENCES shops (id),
    mapping TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at TIMESTAMP NOT NULL
);

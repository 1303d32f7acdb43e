-- Products that stand in a connected shop and that no listing here is bound to. A row goes when the platform lists the
-- product no more or a listing is bound to it.
CREATE TABLE shop_orphans (
  id TEXT PRIMARY KEY NOT NULL,
  shop_id TEXT NOT NULL REFERENCES shops (id),
  external_id TEXT NOT NULL,
  sku TEXT NOT NULL,
  title TEXT NOT NULL,
  state TEXT NOT NULL,
  price_vnd BIGINT,
  stock BIGINT,
  changed_at TIMESTAMP,
  first_seen TIMESTAMP NOT NULL,
  last_seen TIMESTAMP NOT NULL,
  -- Somebody said that it is none of ours: it is not shown unless asked for.
  ignored BOOLEAN NOT NULL DEFAULT FALSE,
  UNIQUE (shop_id, external_id)
);
CREATE INDEX shop_orphans_shown ON shop_orphans (shop_id, ignored, id);
CREATE INDEX shop_orphans_seen ON shop_orphans (shop_id, last_seen);

-- How far the walk through a shop's products has come; the newest one alone is kept.
CREATE TABLE shop_walks (
  shop_id TEXT PRIMARY KEY NOT NULL REFERENCES shops (id),
  begun_at TIMESTAMP NOT NULL,
  -- Where the next page begins; null before the first.
  next_page TEXT,
  pages INTEGER NOT NULL,
  products INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  ended_at TIMESTAMP
);

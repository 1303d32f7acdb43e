-- Shops on platforms, listings of products in them, what was tried, and the orders that came back.
CREATE TABLE shops (
  id TEXT PRIMARY KEY NOT NULL,
  producer_id TEXT NOT NULL,
  province_code TEXT NOT NULL,
  commune_code TEXT,
  platform TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('connecting', 'connected', 'broken', 'paused', 'closed')),
  credentials TEXT NOT NULL,
  token TEXT,
  token_expires_at TIMESTAMP,
  last_error TEXT,
  failures INTEGER NOT NULL,
  rest_until TIMESTAMP,
  orders_cursor TIMESTAMP,
  checked_at TIMESTAMP,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX shops_producer ON shops (producer_id, id);
CREATE INDEX shops_province ON shops (province_code, id);
CREATE INDEX shops_commune ON shops (commune_code, id);
CREATE INDEX shops_status ON shops (status, id);

CREATE TABLE listings (
  id TEXT PRIMARY KEY NOT NULL,
  product_id TEXT NOT NULL,
  producer_id TEXT NOT NULL,
  province_code TEXT NOT NULL,
  commune_code TEXT,
  shop_id TEXT NOT NULL REFERENCES shops (id),
  platform TEXT NOT NULL,
  sku TEXT NOT NULL,
  settings TEXT NOT NULL,
  desired_state TEXT NOT NULL CHECK (desired_state IN ('listed', 'withdrawn')),
  desired TEXT NOT NULL,
  desired_hash TEXT NOT NULL,
  desired_offer_hash TEXT NOT NULL,
  desired_revision INTEGER NOT NULL,
  sent_hash TEXT,
  sent_offer_hash TEXT,
  sent_at TIMESTAMP,
  sent_certificate TEXT,
  sent_star_until TIMESTAMP,
  reported_state TEXT NOT NULL CHECK (reported_state IN
    ('none', 'draft', 'submitted', 'pending_review', 'live', 'rejected', 'withdrawn', 'unknown')),
  reported TEXT,
  external_id TEXT,
  issues TEXT NOT NULL,
  push_id TEXT,
  checked_at TIMESTAMP,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (product_id, shop_id),
  UNIQUE (shop_id, sku)
);
CREATE UNIQUE INDEX listings_external ON listings (shop_id, external_id);
CREATE INDEX listings_producer ON listings (producer_id, id);
CREATE INDEX listings_province ON listings (province_code, id);
CREATE INDEX listings_commune ON listings (commune_code, id);
CREATE INDEX listings_state ON listings (reported_state, id);
CREATE INDEX listings_star ON listings (sent_star_until);
CREATE INDEX listings_platform ON listings (platform, id);

CREATE TABLE platform_attempts (
  id TEXT PRIMARY KEY NOT NULL,
  shop_id TEXT NOT NULL REFERENCES shops (id),
  listing_id TEXT REFERENCES listings (id),
  at TIMESTAMP NOT NULL,
  took_ms BIGINT NOT NULL,
  op TEXT NOT NULL,
  outcome TEXT NOT NULL,
  code TEXT,
  detail TEXT NOT NULL
);
CREATE INDEX platform_attempts_shop ON platform_attempts (shop_id, id);
CREATE INDEX platform_attempts_listing ON platform_attempts (listing_id, id);
CREATE INDEX platform_attempts_at ON platform_attempts (at);

CREATE TABLE platform_order_lines (
  shop_id TEXT NOT NULL REFERENCES shops (id),
  order_number TEXT NOT NULL,
  line TEXT NOT NULL,
  listing_id TEXT,
  product_id TEXT,
  sku TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  revenue_vnd BIGINT NOT NULL,
  status TEXT NOT NULL,
  ordered_on DATE NOT NULL,
  counted BOOLEAN NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  PRIMARY KEY (shop_id, order_number, line)
);

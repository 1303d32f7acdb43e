-- Monthly sales figures, and their totals per place and channel, kept in the same transaction.
CREATE TABLE sales (
  id TEXT PRIMARY KEY NOT NULL,
  figure_key TEXT NOT NULL UNIQUE,
  product_id TEXT NOT NULL,
  producer_id TEXT NOT NULL,
  province_code TEXT NOT NULL,
  commune_code TEXT,
  channel TEXT NOT NULL CHECK (channel IN ('shop', 'fair', 'point_of_sale', 'export', 'online')),
  platform TEXT,
  shop_id TEXT,
  month DATE NOT NULL,
  quantity BIGINT NOT NULL,
  revenue_vnd BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('declared', 'imported', 'platform')),
  -- False when a platform's orders count the same sales: the figure is kept and adds to nothing.
  counts BOOLEAN NOT NULL DEFAULT TRUE,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX sales_month ON sales (month, id);
CREATE INDEX sales_product ON sales (product_id, month, id);
CREATE INDEX sales_producer ON sales (producer_id, month, id);
CREATE INDEX sales_province ON sales (province_code, month, id);
CREATE INDEX sales_commune ON sales (commune_code, month, id);
-- Figures counted from orders: what is declared or imported must not count them again.
CREATE INDEX sales_counted ON sales (product_id, month) WHERE shop_id IS NOT NULL;

CREATE TABLE sales_totals (
  month DATE NOT NULL,
  province_code TEXT NOT NULL,
  commune_code TEXT NOT NULL,
  channel TEXT NOT NULL,
  platform TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  revenue_vnd BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  PRIMARY KEY (month, province_code, commune_code, channel, platform)
);

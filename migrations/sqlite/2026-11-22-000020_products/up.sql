-- Products; the words published ones are found by; their images and evidence papers.
CREATE TABLE products (
  id TEXT PRIMARY KEY NOT NULL,
  producer_id TEXT NOT NULL REFERENCES producers (id),
  province_code TEXT NOT NULL,
  commune_code TEXT,
  name TEXT NOT NULL,
  name_en TEXT,
  name_key TEXT NOT NULL,
  search TEXT NOT NULL DEFAULT '',
  criteria_set INTEGER NOT NULL CHECK (criteria_set BETWEEN 1 AND 26),
  description TEXT,
  description_en TEXT,
  story TEXT,
  story_en TEXT,
  price_vnd BIGINT CHECK (price_vnd >= 0),
  unit TEXT,
  net_weight_g INTEGER CHECK (net_weight_g > 0),
  sku TEXT NOT NULL,
  gtin TEXT,
  attributes TEXT NOT NULL,
  capacity TEXT,
  trace_url TEXT,
  status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
  star INTEGER CHECK (star BETWEEN 1 AND 5),
  star_score INTEGER,
  star_from TIMESTAMP,
  star_until TIMESTAMP,
  certificate_id TEXT,
  certificate_number TEXT,
  source TEXT,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL,
  UNIQUE (producer_id, sku)
);
CREATE INDEX products_browse ON products (status, criteria_set, star, name_key, id);
CREATE INDEX products_by_name ON products (status, name_key, id);
CREATE INDEX products_commune ON products (commune_code, id);
CREATE INDEX products_province ON products (province_code, id);
CREATE INDEX products_gtin ON products (gtin) WHERE gtin IS NOT NULL;
CREATE INDEX products_star_until ON products (star_until) WHERE star_until IS NOT NULL;

CREATE TABLE product_terms (
  term TEXT NOT NULL,
  name_key TEXT NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  PRIMARY KEY (term, name_key, product_id)
) WITHOUT ROWID;
CREATE INDEX product_terms_product ON product_terms (product_id);

CREATE TABLE product_images (
  id TEXT PRIMARY KEY NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  position INTEGER NOT NULL,
  alt TEXT,
  content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png')),
  object_key TEXT NOT NULL,
  thumb_key TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX product_images_order ON product_images (product_id, position, id);

CREATE TABLE papers (
  id TEXT PRIMARY KEY NOT NULL,
  product_id TEXT NOT NULL REFERENCES products (id),
  producer_id TEXT NOT NULL REFERENCES producers (id),
  kind TEXT NOT NULL CHECK (kind IN (
    'business_registration', 'food_safety_certificate', 'quality_declaration', 'test_report', 'trademark', 'vietgap',
    'globalgap', 'organic', 'geographical_indication', 'environment', 'labour', 'linkage_contract', 'price_list',
    'story', 'product_plan', 'other'
  )),
  title TEXT NOT NULL,
  number TEXT,
  issued_on DATE,
  expires_on DATE,
  content_type TEXT NOT NULL CHECK (content_type IN ('application/pdf', 'image/jpeg', 'image/png', 'image/webp')),
  object_key TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX papers_product ON papers (product_id, id);
CREATE INDEX papers_producer ON papers (producer_id, id);
CREATE INDEX papers_expiry ON papers (expires_on) WHERE expires_on IS NOT NULL;

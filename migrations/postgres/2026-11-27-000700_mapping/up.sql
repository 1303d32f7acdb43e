-- The categories and attributes of platforms as they were read last, and the maps from products to them.
CREATE TABLE category_trees (
  platform TEXT NOT NULL,
  scope TEXT NOT NULL,
  started_at TIMESTAMP,
  finished_at TIMESTAMP,
  due_at TIMESTAMP NOT NULL,
  issue TEXT,
  PRIMARY KEY (platform, scope)
);
CREATE TABLE platform_categories (
  platform TEXT NOT NULL,
  scope TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  sort_key TEXT NOT NULL,
  search TEXT NOT NULL,
  parent TEXT NOT NULL,
  path TEXT NOT NULL,
  leaf BOOLEAN NOT NULL,
  expanded BOOLEAN NOT NULL,
  attributes_at TIMESTAMP,
  fetched_at TIMESTAMP NOT NULL,
  PRIMARY KEY (platform, scope, id)
);
CREATE INDEX platform_categories_order ON platform_categories (platform, scope, sort_key, id);
CREATE INDEX platform_categories_parent ON platform_categories (platform, scope, parent, sort_key, id);
CREATE INDEX platform_categories_fetched ON platform_categories (platform, scope, fetched_at, expanded);

CREATE TABLE platform_attributes (
  platform TEXT NOT NULL,
  category TEXT NOT NULL,
  id TEXT NOT NULL,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  required BOOLEAN NOT NULL,
  choices TEXT NOT NULL,
  PRIMARY KEY (platform, category, id)
);

-- Each change is a new version. The map of categories stands under the empty category.
CREATE TABLE platform_maps (
  platform TEXT NOT NULL,
  category TEXT NOT NULL,
  version INTEGER NOT NULL,
  newest BOOLEAN NOT NULL,
  map TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at TIMESTAMP NOT NULL,
  PRIMARY KEY (platform, category, version)
);
CREATE INDEX platform_maps_newest ON platform_maps (platform, newest, category);

-- Sort keys and search words are ASCII and compare by bytes, whatever the database's own order of letters is.
ALTER TABLE producers ALTER COLUMN name_key TYPE TEXT COLLATE "C";
ALTER TABLE products ALTER COLUMN name_key TYPE TEXT COLLATE "C";
ALTER TABLE product_terms ALTER COLUMN term TYPE TEXT COLLATE "C", ALTER COLUMN name_key TYPE TEXT COLLATE "C";
-- The orders in which the public walks through the catalogue. Only published products stand in these indexes, so a
-- draft costs nothing here.
DROP INDEX products_browse;
CREATE INDEX catalogue_name ON products (name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_set ON products (criteria_set, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_set_star ON products (criteria_set, star, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_star ON products (star, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_province ON products (province_code, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_province_set ON products (province_code, criteria_set, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_commune ON products (commune_code, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_producer ON products (producer_id, name_key, id) WHERE status = 'published';
CREATE INDEX catalogue_price ON products (price_vnd, id) WHERE status = 'published';

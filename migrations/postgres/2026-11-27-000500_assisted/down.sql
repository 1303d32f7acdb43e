DROP TABLE order_mappings;
DROP TABLE export_columns;
ALTER TABLE shops DROP COLUMN assisted;

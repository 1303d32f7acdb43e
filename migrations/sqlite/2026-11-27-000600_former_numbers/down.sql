ALTER TABLE certificates DROP COLUMN former_number;

DROP INDEX shops_by_platform_number;
ALTER TABLE shops DROP COLUMN platform_number;

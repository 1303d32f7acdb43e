-- The number by which a platform names the shop in what it sends to the one address of an application. Two shops may
-- state the same one: whose keys verify a call tells which is meant.
ALTER TABLE shops ADD COLUMN platform_number TEXT;
CREATE INDEX shops_by_platform_number ON shops (platform, platform_number);

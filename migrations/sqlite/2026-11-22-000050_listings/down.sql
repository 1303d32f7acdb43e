DROP TABLE platform_order_lines;
DROP TABLE platform_attempts;
DROP TABLE listings;
DROP TABLE shops;

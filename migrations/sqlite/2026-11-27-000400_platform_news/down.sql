DROP INDEX listings_checked;
DROP TABLE listing_issues;
DROP TABLE hook_deliveries;

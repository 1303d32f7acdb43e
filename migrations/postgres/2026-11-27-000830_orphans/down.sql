DROP TABLE shop_walks;
DROP TABLE shop_orphans;

DROP TABLE sales_totals;
DROP TABLE sales;

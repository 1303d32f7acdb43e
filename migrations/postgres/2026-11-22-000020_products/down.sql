DROP TABLE papers;
DROP TABLE product_images;
DROP TABLE product_terms;
DROP TABLE products;

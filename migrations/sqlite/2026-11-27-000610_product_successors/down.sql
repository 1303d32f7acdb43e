DROP TABLE product_successors;

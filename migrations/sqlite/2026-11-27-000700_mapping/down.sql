DROP TABLE platform_maps;
DROP TABLE platform_attributes;
DROP TABLE platform_categories;
DROP TABLE category_trees;

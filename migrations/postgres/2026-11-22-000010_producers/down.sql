DROP TABLE commune_statuses;
DROP TABLE producers;

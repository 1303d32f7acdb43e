DROP TABLE certificates;
DROP TABLE score_sheets;

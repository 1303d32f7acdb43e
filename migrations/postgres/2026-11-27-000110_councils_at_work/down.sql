DROP INDEX score_sheets_session;
DROP TABLE requested_tests;
DROP TABLE reviews;
DROP TABLE advisors;
DROP TABLE conflict_checks;
ALTER TABLE agenda_items DROP COLUMN concluded_at;
ALTER TABLE agenda_items DROP COLUMN conclusion;
ALTER TABLE score_sheets DROP COLUMN parts;

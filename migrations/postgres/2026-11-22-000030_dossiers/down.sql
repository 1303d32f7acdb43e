DROP TABLE conflicts;
DROP TABLE agenda_items;
DROP TABLE sessions;
DROP TABLE council_members;
DROP TABLE councils;
DROP TABLE dossier_papers;
DROP TABLE dossiers;

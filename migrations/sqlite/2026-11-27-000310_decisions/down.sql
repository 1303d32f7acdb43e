DROP INDEX certificates_decision;

-- What one decision recognised, for the list annexed to it.
CREATE INDEX certificates_decision ON certificates (decision_number, id);

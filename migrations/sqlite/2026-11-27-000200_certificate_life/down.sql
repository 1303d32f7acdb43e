DROP TABLE notices;
DROP TABLE certificate_reminders;
DROP TABLE certificate_checks;
DROP TABLE certificate_acts;
UPDATE counters SET name = 'certificate/' || substr(name, 18, 2) || '/' || substr(name, 21, 4)
  WHERE name LIKE 'certificate/OCOP-__-____-{serial:6}';
UPDATE counters SET name = 'decision/' || substr(name, 10, 2) || '/' || substr(name, 13, 4)
  WHERE name LIKE 'decision/__/____/{serial}/QĐ-UBND';
DROP TABLE authorities;
ALTER TABLE certificates DROP COLUMN tier;

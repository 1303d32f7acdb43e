DROP INDEX shipments_number;
ALTER TABLE shipments DROP COLUMN by_hand_at;
ALTER TABLE shipments DROP COLUMN by_hand;

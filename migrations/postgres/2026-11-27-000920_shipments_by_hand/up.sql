-- What a person found out about a shipment whose end was unknown, until the carrier's own word takes its place; and when.
ALTER TABLE shipments ADD COLUMN by_hand TEXT CHECK (by_hand IN ('there', 'not_there'));
ALTER TABLE shipments ADD COLUMN by_hand_at TIMESTAMP;
CREATE INDEX shipments_number ON shipments (shop_id, carrier_number) WHERE carrier_number IS NOT NULL;

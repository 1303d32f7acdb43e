-- Parcels that a cooperative sends by a carrier. Of the receiver there is only a sealed text, and only until the carrier
-- has the parcel or will never have it.
CREATE TABLE shipments (
  id TEXT PRIMARY KEY NOT NULL,
  producer_id TEXT NOT NULL,
  province_code TEXT NOT NULL,
  commune_code TEXT,
  shop_id TEXT NOT NULL REFERENCES shops (id),
  platform TEXT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL CHECK (status IN ('sending', 'unsure', 'accepted', 'in_transit', 'delivered', 'returned', 'cancelled', 'failed')),
  weight_g INTEGER NOT NULL,
  cod_vnd BIGINT NOT NULL,
  value_vnd BIGINT NOT NULL,
  fee_vnd BIGINT,
  receiver TEXT,
  attempted_at TIMESTAMP,
  carrier_number TEXT,
  carrier_handle TEXT,
  carrier_status TEXT,
  carrier_status_at TIMESTAMP,
  cancel_wanted BOOLEAN NOT NULL DEFAULT FALSE,
  issue TEXT,
  -- When the background work looks again; null where nothing is to be done.
  look_at TIMESTAMP,
  version INTEGER NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX shipments_producer ON shipments (producer_id, id);
CREATE INDEX shipments_province ON shipments (province_code, id);
CREATE INDEX shipments_commune ON shipments (commune_code, id);
CREATE INDEX shipments_status ON shipments (status, id);
CREATE INDEX shipments_platform ON shipments (platform, id);
CREATE INDEX shipments_look ON shipments (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE shipment_lines (
  shipment_id TEXT NOT NULL REFERENCES shipments (id),
  line INTEGER NOT NULL,
  product_id TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  value_vnd BIGINT NOT NULL,
  PRIMARY KEY (shipment_id, line)
);

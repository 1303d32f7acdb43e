-- What platforms told us by themselves, so that a repeat is known; forgotten after a week.
CREATE TABLE hook_deliveries (
    shop_id TEXT NOT NULL REFERENCES shops (id),
    delivery TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    PRIMARY KEY (shop_id, delivery)
);
CREATE INDEX hook_deliveries_received ON hook_deliveries (received_at);
-- Which kinds of issues a listing has, taken from its issues each time they are written: lists are grouped by them.
CREATE TABLE listing_issues (
    listing_id TEXT NOT NULL REFERENCES listings (id),
    code TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('notice', 'warning', 'error')),
    PRIMARY KEY (listing_id, code)
);
CREATE INDEX listing_issues_code ON listing_issues (code, listing_id);
-- Which listings are compared with their platform next.
CREATE INDEX listings_checked ON listings (reported_state, checked_at);

-- Which product took the place of another. No star passes over by it.
CREATE TABLE product_successors (
  product_id TEXT PRIMARY KEY NOT NULL REFERENCES products (id),
  successor_id TEXT NOT NULL REFERENCES products (id),
  reason TEXT NOT NULL CHECK (reason IN ('new_recipe', 'producer_split', 'producer_merged', 'other')),
  named_at TIMESTAMP NOT NULL,
  CHECK (product_id <> successor_id)
);
CREATE INDEX product_successors_successor ON product_successors (successor_id, product_id);

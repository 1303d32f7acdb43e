DROP TABLE shipment_lines;
DROP TABLE shipments;

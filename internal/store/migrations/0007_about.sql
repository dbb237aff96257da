-- Finds the deliveries of a job.
CREATE INDEX delivery_by_about ON delivery (about, received_at) WHERE about <> '';

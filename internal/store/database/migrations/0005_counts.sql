-- The number of deliveries of each project. Without it, every list would have to count the deliveries of the log one by one. Each
-- transaction that inserts or deletes rows of delivery also updates this table.
CREATE TABLE delivery_count (project TEXT NOT NULL, probe INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (project, probe))
STRICT, WITHOUT ROWID;

INSERT INTO delivery_count (project, probe, n) SELECT project, probe, count(*) FROM delivery GROUP BY project, probe;

-- Only counts used it.
DROP INDEX delivery_by_project;

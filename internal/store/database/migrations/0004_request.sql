-- The request that arrived, what belongs to a delivery rather than to its target, and how it was resolved. Comments stand outside the
-- statements: SQLite keeps a table's text with the comments in it, and all of it should fit the file's first page.

ALTER TABLE delivery RENAME COLUMN mended_by TO resolved_by;

ALTER TABLE delivery ADD COLUMN method TEXT NOT NULL DEFAULT '';
-- A directory. Never exported.
ALTER TABLE delivery ADD COLUMN project TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN probe INTEGER NOT NULL DEFAULT 0;
-- Whether it was sent where the project's routes led then, rather than to targets chosen for it.
ALTER TABLE delivery ADD COLUMN routed INTEGER NOT NULL DEFAULT 0;
-- The response that the user expects, as it was typed: 401, 4xx. Whether the response was as expected.
ALTER TABLE delivery ADD COLUMN expected_status TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN met INTEGER NOT NULL DEFAULT 0;
-- The Host header to send; '' for the target's.
ALTER TABLE delivery ADD COLUMN host TEXT NOT NULL DEFAULT '';
-- Names in query whose values a recording left out, one a line.
ALTER TABLE delivery ADD COLUMN masked_query TEXT NOT NULL DEFAULT '';
-- The URL that was called: its escaped path; the part of that below the ingress path; the raw query without the '?'. '' if the delivery
-- did not arrive at an ingress. They can be long, so they come last.
ALTER TABLE delivery ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN rest TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN query TEXT NOT NULL DEFAULT '';

ALTER TABLE attempt RENAME COLUMN answer TO response;
ALTER TABLE attempt RENAME COLUMN answer_bytes TO response_bytes;
ALTER TABLE attempt RENAME COLUMN answer_cut TO response_truncated;

-- What was called; target stays the configured address.
ALTER TABLE attempt ADD COLUMN url TEXT NOT NULL DEFAULT '';

-- Whether the delivery may have reached the handler; which session sends it: the one that received it, or one that took over from it.
CREATE TABLE due4 (delivery INTEGER NOT NULL, target TEXT NOT NULL, at INTEGER NOT NULL, uncertain INTEGER NOT NULL, session TEXT NOT NULL,
PRIMARY KEY (delivery, target)) STRICT, WITHOUT ROWID;
INSERT INTO due4 SELECT delivery, target, at, 0, ifnull((SELECT session FROM delivery WHERE n = due.delivery), '') FROM due;
DROP TABLE due;
ALTER TABLE due4 RENAME TO due;

-- Which delivery (its id) of the same bytes was delivered at a target after this one (delivery.n) failed there.
CREATE TABLE resolution (
    delivery INTEGER NOT NULL,
    target   TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    PRIMARY KEY (delivery, target)
) STRICT, WITHOUT ROWID;

-- Older versions resolved a delivery at all of its targets at once.
INSERT INTO resolution (delivery, target, id)
    SELECT DISTINCT a.delivery, a.target, d.resolved_by FROM delivery d JOIN attempt a ON a.delivery = d.n WHERE d.resolved_by <> '';

-- Neither probes nor deliveries that met their expectation count as failed. Only failed deliveries touch this index.
DROP INDEX delivery_failed;
-- They have no IN, for whose values SQLite would build a table at each insert and update.
CREATE INDEX delivery_failed ON delivery (received_at)
    WHERE (status = 'refused' OR status = 'unreachable' OR status = 'timed_out') AND resolved_by = '' AND NOT probe AND NOT met;
-- The same deliveries, by their bytes: what a later delivery of the same bytes resolves.
CREATE INDEX delivery_failed_body ON delivery (body_hash)
    WHERE (status = 'refused' OR status = 'unreachable' OR status = 'timed_out') AND resolved_by = '' AND NOT probe AND NOT met;
-- Probes have a quota of their own, and counts leave them out; other deliveries never touch this index.
CREATE INDEX delivery_probe ON delivery (received_at) WHERE probe;
CREATE INDEX delivery_by_project ON delivery (project, probe) WHERE project <> '';

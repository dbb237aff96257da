-- The delivery log, first schema. SQLite keeps the text of a table, so there is no comment and no padding in one: all of the schema
-- should fit the file's first page. Times are milliseconds since 1970 UTC, durations nanoseconds; what is absent is '' or 0.

-- "VDKL": tells this file from any other SQLite database.
PRAGMA application_id = 0x56444b4c;

-- What rows show. Nothing in it grows with the body, so a scan of 100,000 reads some 20 MB.
-- n is the row of the change that recorded it: unique for ever, since the newest change is never pruned. body_hash is the first 8 bytes of
-- its SHA-256. attempts is how many there are; the columns after it are of the one that decides the status.
CREATE TABLE delivery (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    session TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    event TEXT NOT NULL,
    about TEXT NOT NULL,
    status TEXT NOT NULL,
    verdict TEXT NOT NULL,
    secret_hint TEXT NOT NULL,
    replay_of TEXT NOT NULL,
    mended_by TEXT NOT NULL,
    same_body_as TEXT NOT NULL,
    body_bytes INTEGER NOT NULL,
    body_hash INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    target TEXT NOT NULL,
    code INTEGER NOT NULL,
    duration INTEGER NOT NULL,
    failure TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX delivery_by_id ON delivery (id);
CREATE INDEX delivery_by_time ON delivery (received_at);
CREATE INDEX delivery_by_body ON delivery (body_hash);
-- Replays of a delivery; what is no replay never touches this index.
CREATE INDEX delivery_by_parent ON delivery (replay_of) WHERE replay_of <> '';
-- Rejected deliveries have a quota of their own; the others never touch this index.
CREATE INDEX delivery_rejected ON delivery (received_at) WHERE status = 'rejected';

-- What is still not delivered: a list of 100,000 says how many there are.
CREATE INDEX delivery_failed ON delivery (received_at) WHERE status IN ('refused', 'unreachable', 'timed_out') AND mended_by = '';

-- What only a whole delivery (n is delivery.n) needs: its fields in order, each name and value with its length before it, and the first 256
-- KiB of its body.
CREATE TABLE content (
    n INTEGER PRIMARY KEY,
    header BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- The rest of a large body, so that nobody has to have it in memory whole a second time. delivery is delivery.n, here and below; n counts
-- from 1.
CREATE TABLE part (
    delivery INTEGER NOT NULL,
    n INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
    delivery INTEGER NOT NULL, -- delivery.n
    n INTEGER NOT NULL,
    target TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    code INTEGER NOT NULL,
    failure TEXT NOT NULL,
    error TEXT NOT NULL,
    duration INTEGER NOT NULL,
    connect INTEGER NOT NULL,
    first_byte INTEGER NOT NULL,
    answer_bytes INTEGER NOT NULL,
    answer_cut INTEGER NOT NULL,
    header BLOB NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (delivery, n)
) STRICT, WITHOUT ROWID;

-- What happened, in order. The rows of one transaction share a seq: the row number of the last of them. So "row > seq" is what
-- came after a transaction, and no index is needed for it. kind is a ChangeKind; delivery is gone if it was pruned; attempt is attempt.n, or
-- 0.
CREATE TABLE change (
    row INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    attempt INTEGER NOT NULL
) STRICT;

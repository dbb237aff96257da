-- The identity of this log, which its journals have in their headers.
CREATE TABLE log (identity BLOB NOT NULL) STRICT;
INSERT INTO log (identity) VALUES (randomblob(16));

-- Up to which position each journal is filed. The position changes in the transaction that files the entries before it.
CREATE TABLE journal (id TEXT PRIMARY KEY, file INTEGER NOT NULL, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Values that were recorded with a delivery. The log does not know what they mean.
CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- What is still to be sent to a target: again at a time (milliseconds since 1970 UTC), or, where it is 0, as soon as the target takes
-- connections. The session that does it is the delivery's.
CREATE TABLE due (
    delivery INTEGER NOT NULL, -- delivery.n
    target   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (delivery, target)
) STRICT, WITHOUT ROWID;

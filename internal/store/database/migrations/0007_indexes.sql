-- Finds the deliveries of a job.
CREATE INDEX delivery_by_about ON delivery (about, received_at) WHERE about <> '';

-- Every list counts the failed deliveries, of one project and of all. With the columns of its condition, this index alone can answer that.
-- The two other indexes of failed deliveries don't have these columns: SQLite would choose neither for what they are for.
CREATE INDEX delivery_failed_count ON delivery (project, status, resolved_by, probe, met)
    WHERE (status = 'refused' OR status = 'unreachable' OR status = 'timed_out') AND resolved_by = '' AND NOT probe AND NOT met;

-- listen counts at its start what ended sessions did not send. Few deliveries are pending for long. The condition begins as the query's does.
CREATE INDEX delivery_pending ON delivery (session, project) WHERE status = 'pending' AND resolved_by = '';

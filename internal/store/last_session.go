package store

import (
	"context"
	"fmt"
	"time"
)

// LastSession returns when the newest session that has a delivery in the log received its first one; ok is false where none has.
func (r *Reader) LastSession(ctx context.Context) (first time.Time, ok bool, err error) {
	err = r.with(ctx, func(c *conn) error {
		return c.rows(`SELECT min(received_at) FROM delivery WHERE session =
			(SELECT session FROM delivery WHERE session <> '' ORDER BY received_at DESC, n DESC LIMIT 1)`, nil, func(q *query) error {
			if ok = !q.null(); ok {
				first = q.time()
			}
			return nil
		})
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("find the last session: %w", err)
	}
	return first, ok, nil
}

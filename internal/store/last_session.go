package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// LastSession returns when the newest session that has a delivery in the log received its first one; ok is false where none has.
func (r *Reader) LastSession(ctx context.Context) (first time.Time, ok bool, err error) {
	err = r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(`SELECT min(received_at) FROM delivery WHERE session =
			(SELECT session FROM delivery WHERE session <> '' ORDER BY received_at DESC, n DESC LIMIT 1)`, nil, func(q *sqlite.Row) error {
			if ok = !q.IsNull(); ok {
				first = q.Time()
			}
			return nil
		})
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("find the last session: %w", err)
	}
	return first, ok, nil
}

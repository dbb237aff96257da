package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// PlaceAt is the place of a delivery that was received then and recorded as the n-th; with the largest n it is behind all that were
// received in that millisecond or before.
func PlaceAt(receivedAt time.Time, n int64) Place { return Place{receivedAt.UnixMilli(), n} }

// CountBehind counts the deliveries behind a place that match, up to most. Its cost depends on how many it looks at, not on how many there
// are.
func (r *Reader) CountBehind(ctx context.Context, q Query, at Place, most int) (int, error) {
	only, side := q.condition(), behind
	if only.text != "" {
		side += " AND " + only.text
	}
	args := append(append([]any{at.receivedAt, at.n}, only.args...), most)
	var count int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		count, err = c.Number("SELECT count(*) FROM (SELECT 1 FROM delivery d"+only.join("CROSS")+" WHERE "+side+" LIMIT ?)", args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	return int(count), nil
}

// CountByStatus counts the deliveries that match, for each status there is. It looks at every one of the log.
func (r *Reader) CountByStatus(ctx context.Context, q Query) (map[webhook.Status]int, error) {
	where, args := q.where()
	counts := make(map[webhook.Status]int)
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows("SELECT d.status, count(*) FROM delivery d"+where+" GROUP BY d.status", args, func(row *sqlite.Row) error {
			status := webhook.Status(row.Text())
			counts[status] = int(row.Int())
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	return counts, nil
}

// CountReceived counts the deliveries that were received from a time on and before another. It goes by an index.
func (r *Reader) CountReceived(ctx context.Context, from, to time.Time) (int, error) {
	var count int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		count, err = c.Number("SELECT count(*) FROM delivery WHERE received_at >= ? AND received_at < ?", from.UnixMilli(), to.UnixMilli())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	return int(count), nil
}

package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// List returns the newest Limit of the matching deliveries, oldest first. It reads no bodies.
func (r *Reader) List(ctx context.Context, q Query) ([]webhook.Summary, error) {
	where, args := q.where()
	var list []webhook.Summary
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectSummaries+where+newestFirst, append(args, q.limit()), func(r *sqlite.Row) error {
			_, s := scanSummary(r)
			list = append(list, s)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	slices.Reverse(list)
	return list, nil
}

// EachOldest calls f with the oldest Limit of the matching deliveries, oldest first, until f returns false. It reads no bodies, and keeps
// one delivery in memory at a time. Until it returns, the log's WAL can only grow, so f must not wait for anything.
func (r *Reader) EachOldest(ctx context.Context, q Query, f func(webhook.Summary) (more bool)) error {
	where, args := q.where()
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectSummaries+where+oldestFirst, append(args, q.limit()), func(r *sqlite.Row) error {
			if _, s := scanSummary(r); f(s) {
				return nil
			}
			return sqlite.ErrStop
		})
	})
	if err != nil {
		return fmt.Errorf("read deliveries: %w", err)
	}
	return nil
}

// Each calls f with each delivery that List would return, complete and oldest first. It keeps one in memory at a time. It skips
// deliveries that are pruned meanwhile. If f returns an error, Each stops and returns it.
func (r *Reader) Each(ctx context.Context, q Query, f func(webhook.Delivery) error) error {
	where, args := q.where()
	var numbers []int64
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows("SELECT d.n FROM delivery d"+where+newestFirst, append(args, q.limit()), func(r *sqlite.Row) error {
			numbers = append(numbers, r.Int())
			return nil
		})
	})
	for _, n := range slices.Backward(numbers) {
		if err != nil {
			break
		}
		var d webhook.Delivery
		var found bool
		if d, found, err = r.read(ctx, " WHERE d.n = ?", n); err == nil && found {
			if err := f(d); err != nil {
				return err
			}
		}
	}
	if err != nil {
		return fmt.Errorf("read deliveries: %w", err)
	}
	return nil
}

// Count returns the number of matching deliveries, at most Limit if it is set.
func (r *Reader) Count(ctx context.Context, q Query) (int, error) {
	text, args := q.count()
	return r.count(ctx, text, args...)
}

// CountAfter counts the matching deliveries after a cursor, up to limit. Its cost depends on the number of deliveries it reads, not on
// the size of the log.
func (r *Reader) CountAfter(ctx context.Context, q Query, at Cursor, limit int) (int, error) {
	cond, side := q.condition(), afterCursor
	if cond.Text != "" {
		side += " AND " + cond.Text
	}
	args := append(append([]any{at.receivedAt, at.n}, cond.Args...), limit)
	return r.count(ctx, "SELECT count(*) FROM (SELECT 1 FROM delivery d"+cond.Join("CROSS")+" WHERE "+side+" LIMIT ?)", args...)
}

// PeriodCount is the number of deliveries of one status in a period.
type PeriodCount struct {
	Period int64 // number of the period since 1970
	Status webhook.Status
	N      int
}

// CountByPeriod counts the deliveries received since a time by period and status. A failed delivery that is resolved counts as delivered.
// Its cost depends on the number of deliveries since then, not on the size of the log.
func (r *Reader) CountByPeriod(ctx context.Context, since time.Time, period time.Duration) ([]PeriodCount, error) {
	const text = `SELECT received_at / ?, CASE resolved_by WHEN '' THEN status ELSE 'delivered' END, count(*)
		FROM delivery WHERE received_at >= ? AND NOT probe GROUP BY 1, 2`
	var counts []PeriodCount
	err := r.with(ctx, func(c *sqlite.Conn) error {
		counts = nil
		return c.Rows(text, []any{period.Milliseconds(), since.UnixMilli()}, func(r *sqlite.Row) error {
			counts = append(counts, PeriodCount{r.Int(), webhook.Status(r.Text()), int(r.Int())})
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	return counts, nil
}

func (r *Reader) count(ctx context.Context, text string, args ...any) (int, error) {
	var n int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		n, err = c.Number(text, args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	return int(n), nil
}

// CountByTarget counts the matching deliveries by the target that decided their status, and by status. Deliveries without an attempt are
// counted under "". It reads the whole log.
func (r *Reader) CountByTarget(ctx context.Context, q Query) (map[string]map[webhook.Status]int, error) {
	counts := make(map[string]map[webhook.Status]int)
	where, args := q.where()
	err := r.with(ctx, func(c *sqlite.Conn) error {
		clear(counts)
		return c.Rows("SELECT d.target, d.status, count(*) FROM delivery d"+where+" GROUP BY d.target, d.status", args, func(r *sqlite.Row) error {
			target, status := r.Text(), webhook.Status(r.Text())
			if counts[target] == nil {
				counts[target] = make(map[webhook.Status]int)
			}
			counts[target][status] = int(r.Int())
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	return counts, nil
}

// CountByEvent counts the matching deliveries by event. Deliveries without a payload are counted under "". It reads the whole log.
func (r *Reader) CountByEvent(ctx context.Context, q Query) (map[string]int, error) {
	counts := make(map[string]int)
	err := r.countBy(ctx, "d.event", q, func(event string, n int) { counts[event] = n })
	return counts, err
}

// Projects counts the matching deliveries by project. Deliveries without a project are counted under "".
func (r *Reader) Projects(ctx context.Context, q Query) (map[string]int, error) {
	counts := make(map[string]int)
	add := func(project string, n int) { counts[project] = n }
	if q.isCounted() {
		where, args := q.where()
		return counts, r.countRows(ctx, "SELECT d.project, sum(d.n) FROM delivery_count d"+where+" GROUP BY d.project HAVING sum(d.n) > 0", args, add)
	}
	return counts, r.countBy(ctx, "d.project", q, add)
}

func (r *Reader) countBy(ctx context.Context, column string, q Query, f func(value string, n int)) error {
	where, args := q.where()
	return r.countRows(ctx, "SELECT "+column+", count(*) FROM delivery d"+where+" GROUP BY "+column, args, f)
}

// countRows calls f with each row of a query that returns values and counts.
func (r *Reader) countRows(ctx context.Context, text string, args []any, f func(value string, n int)) error {
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(text, args, func(r *sqlite.Row) error {
			f(r.Text(), int(r.Int()))
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("count deliveries: %w", err)
	}
	return nil
}

// LastSession returns when the session of the newest delivery received its first one. ok is false if no delivery has a session.
func (r *Reader) LastSession(ctx context.Context) (first time.Time, ok bool, err error) {
	const text = `SELECT min(received_at) FROM delivery WHERE session =
		(SELECT session FROM delivery WHERE session <> '' ORDER BY received_at DESC, n DESC LIMIT 1)`
	err = r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(text, nil, func(r *sqlite.Row) error {
			if ok = !r.IsNull(); ok {
				first = r.Time()
			}
			return nil
		})
	})
	if err != nil {
		return time.Time{}, false, fmt.Errorf("find the last session: %w", err)
	}
	return first, ok, nil
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Query selects deliveries. Everything that is set must hold; the zero Query selects all but probes.
type Query struct {
	Filter  filter.Filter
	Session string // of that listen alone
	Project string // of that project, and those that no project is known of
	Not     string // of projects that are known and are not this one
	Probes  bool   // also probes
	Limit   int    // the newest so many; 0: all
}

// List returns the newest Limit of the deliveries that match, oldest first. It reads no body.
func (r *Reader) List(ctx context.Context, q Query) ([]webhook.Summary, error) {
	where, args := q.where()
	var list []webhook.Summary
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows(selectSummaries+where+newestFirst, append(args, q.limit()), func(row *sqlite.Row) error {
			_, s := scanSummary(row)
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

// newestFirst is the order in which a limit takes the newest; results are turned round.
const newestFirst = " ORDER BY d.received_at DESC, d.n DESC LIMIT ?"

// Each calls f with each of the deliveries that List would return, whole, oldest first, with one in memory at a time. Those that are
// pruned meanwhile are left out. It ends with the first error of f and returns that.
func (r *Reader) Each(ctx context.Context, q Query, f func(webhook.Delivery) error) error {
	where, args := q.where()
	var keys []int64
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows("SELECT d.n FROM delivery d"+where+newestFirst, append(args, q.limit()), func(row *sqlite.Row) error {
			keys = append(keys, row.Int())
			return nil
		})
	})
	for _, n := range slices.Backward(keys) {
		if err != nil {
			break
		}
		var d webhook.Delivery
		var found bool
		if d, found, err = r.byNumber(ctx, n); err == nil && found {
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

func (r *Reader) byNumber(ctx context.Context, n int64) (d webhook.Delivery, found bool, err error) {
	err = r.with(ctx, func(c *sqlite.Conn) error {
		return c.Snapshot(func() error {
			err := c.Rows(selectSummaries+" WHERE d.n = ?", []any{n}, func(row *sqlite.Row) error {
				found = true
				_, d.Summary = scanSummary(row)
				return nil
			})
			if err != nil || !found {
				return err
			}
			return readRest(c, n, &d)
		})
	})
	return d, found, err
}

// Count returns how many deliveries match, at most Limit where it is set.
func (r *Reader) Count(ctx context.Context, q Query) (int, error) {
	text, args := q.count()
	var count int64
	err := r.with(ctx, func(c *sqlite.Conn) (err error) {
		count, err = c.Number(text, args...)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count deliveries: %w", err)
	}
	return int(count), nil
}

// count is the query's SQL for Count. What is asked for often is counted by indexes alone.
func (q Query) count() (text string, args []any) {
	isBare := q.Filter.IsZero() && q.Session == "" && q.Project == "" && !q.Probes && q.Limit == 0
	switch {
	case isBare && q.Not == "":
		return "SELECT (SELECT count(*) FROM delivery) - (SELECT count(*) FROM delivery WHERE probe)", nil
	case isBare:
		const part = "(SELECT count(*) FROM delivery WHERE project <> '' AND NOT probe AND project "
		return "SELECT " + part + "< ?) + " + part + "> ?)", []any{q.Not, q.Not}
	}
	where, args := q.where()
	return "SELECT count(*) FROM (SELECT 1 FROM delivery d" + where + " LIMIT ?)", append(args, q.limit())
}

// Projects counts the deliveries that match, by their projects. Those of no known project are counted under "".
func (r *Reader) Projects(ctx context.Context, q Query) (map[string]int, error) {
	where, args := q.where()
	counts := map[string]int{}
	err := r.with(ctx, func(c *sqlite.Conn) error {
		return c.Rows("SELECT d.project, count(*) FROM delivery d"+where+" GROUP BY d.project", args, func(row *sqlite.Row) error {
			project := row.Text()
			counts[project] = int(row.Int())
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("count deliveries by project: %w", err)
	}
	return counts, nil
}

// limit in SQL's terms, where a negative number is none.
func (q Query) limit() int {
	if q.Limit == 0 {
		return -1
	}
	return q.Limit
}

// where is the query as SQL behind "FROM delivery d", with a space before it.
func (q Query) where() (text string, args []any) {
	c := q.condition()
	if c.text != "" {
		text = " WHERE " + c.text
	}
	return c.join("CROSS") + text, c.args
}

// condition is the query as one; its text is empty if it selects all.
func (q Query) condition() condition {
	c := compile(q.Filter)
	var own []string
	var args []any
	if q.Session != "" {
		own, args = append(own, "d.session = ?"), append(args, q.Session)
	}
	if q.Project != "" {
		own, args = append(own, "d.project IN (?, '')"), append(args, q.Project)
	}
	if q.Not != "" {
		own, args = append(own, "d.project <> '' AND d.project <> ?"), append(args, q.Not)
	}
	if !q.Probes {
		own = append(own, "NOT d.probe")
	}
	if c.text != "" {
		own = append(own, c.text)
	}
	c.text = strings.Join(own, " AND ")
	c.args = append(args, c.args...)
	return c
}

// join adds the table that the condition needs. CROSS reads it in the order of delivery, from one row on to the next, which costs less
// than a search for each row; LEFT lets deliveries stand that are gone.
func (c condition) join(how string) string {
	if c.inside {
		return " " + how + " JOIN content x ON x.n = d.n"
	}
	return ""
}

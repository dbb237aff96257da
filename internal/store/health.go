package store

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// Health is how the log stands.
type Health struct {
	Deliveries int
	Bytes      int64    // of its file, as far as it is in use
	Damage     []string // what is wrong with the file, in SQLite's words, a few at most; none where it is whole
}

// Health reads the whole log through, which takes its time in a large one, and ends with ctx.
func (r *Reader) Health(ctx context.Context) (Health, error) {
	var h Health
	err := r.with(ctx, func(c *sqlite.Conn) error {
		err := c.Rows("PRAGMA integrity_check(5)", nil, func(q *sqlite.Row) error {
			if line := q.Text(); line != "ok" {
				h.Damage = append(h.Damage, line)
			}
			return nil
		})
		if err != nil || len(h.Damage) > 0 {
			return err
		}
		n, err := c.Number("SELECT count(*) FROM delivery")
		if err != nil {
			return err
		}
		h.Deliveries = int(n)
		h.Bytes, err = usedBytes(c)
		return err
	})
	if err != nil {
		return Health{}, fmt.Errorf("read the delivery log through: %w", err)
	}
	return h, nil
}

func usedBytes(c *sqlite.Conn) (int64, error) {
	var used int64
	for _, p := range []struct {
		pragma string
		sign   int64
	}{{"PRAGMA page_count", 1}, {"PRAGMA freelist_count", -1}} {
		n, err := c.Number(p.pragma)
		if err != nil {
			return 0, err
		}
		used += p.sign * n
	}
	size, err := c.Number("PRAGMA page_size")
	return used * size, err
}

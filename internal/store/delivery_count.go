package store

import "github.com/vidiking/vidiking-cli/internal/store/sqlite"

const (
	addCount = `INSERT INTO delivery_count (project, probe, n) VALUES (?, ?, ?)
		ON CONFLICT (project, probe) DO UPDATE SET n = n + excluded.n`
	addStagedCounts = `INSERT INTO main.delivery_count (project, probe, n)
		SELECT project, probe, count(*) FROM temp.staged WHERE true GROUP BY project, probe
		ON CONFLICT (project, probe) DO UPDATE SET n = n + excluded.n`
)

// countKey is a row of the table delivery_count.
type countKey struct {
	project string
	probe   bool
}

// countDeltas collects how many deliveries a transaction inserts and deletes.
type countDeltas map[countKey]int64

// write updates the table delivery_count, and empties the collection.
func (deltas countDeltas) write(c *sqlite.Conn) error {
	for key, n := range deltas {
		if err := c.Exec(addCount, key.project, key.probe, n); err != nil {
			return err
		}
	}
	clear(deltas)
	return nil
}

package retention

import "github.com/vidiking/vidiking-cli/internal/store/sqlite"

const addCount = `INSERT INTO delivery_count (project, probe, n) VALUES (?, ?, ?)
	ON CONFLICT (project, probe) DO UPDATE SET n = n + excluded.n`

// countKey is a row of the table delivery_count.
type countKey struct {
	project string
	probe   bool
}

// Counts collects how many deliveries a transaction inserts and deletes, for the table delivery_count.
type Counts map[countKey]int64

// Add adds n deliveries, or removes them if n is negative.
func (counts Counts) Add(project string, isProbe bool, n int64) {
	counts[countKey{project, isProbe}] += n
}

// Write updates the table, and empties the collection.
func (counts Counts) Write(c *sqlite.Conn) error {
	for key, n := range counts {
		if err := c.Exec(addCount, key.project, key.probe, n); err != nil {
			return err
		}
	}
	clear(counts)
	return nil
}

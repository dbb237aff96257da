package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestBatchesAndSingleEntriesGiveTheSameLog(t *testing.T) {
	for seed := range uint64(12) {
		one, batch := openLog(t, t.TempDir(), Options{}), openLog(t, t.TempDir(), Options{})
		writeRandomly(t, one, seed, func() { flush(t, one) })
		batch.writer.txMu.Lock()
		writeRandomly(t, batch, seed, func() {})
		batch.writer.txMu.Unlock()
		flush(t, batch)
		if diff := cmp.Diff(dump(t, one), dump(t, batch)); diff != "" {
			t.Errorf("seed %d: the logs differ (-single entries +batch):\n%s", seed, diff)
		}
	}
}

// writeRandomly writes deliveries, replays of them, attempts at both and due rows, and calls then after each.
func writeRandomly(t *testing.T, l *Log, seed uint64, then func()) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	src := newSource(byte(seed))
	var all []*webhook.Delivery
	for range 40 {
		target := fmt.Sprintf("http://localhost:%d/", 3000+random.IntN(2))
		var due []Due
		if random.IntN(3) == 0 {
			due = []Due{{Target: target, At: start.Add(time.Hour)}}
		}
		var err error
		if len(all) == 0 || random.IntN(3) == 0 {
			d := src.next(func(d *webhook.Delivery) {
				d.Probe, d.Routed, d.ExpectedStatus = random.IntN(8) == 0, random.IntN(2) == 0, []string{"", "", "4xx"}[random.IntN(3)]
				if len(all) > 0 && random.IntN(2) == 0 {
					original := all[random.IntN(len(all))]
					d.Body = original.Body
					if random.IntN(2) == 0 {
						d.ReplayOf = original.ID
					}
				}
			})
			all = append(all, d)
			err = l.RecordWith(t.Context(), d, Extra{Due: due})
		} else {
			attempts := make([]webhook.Attempt, 1+random.IntN(2))
			for i := range attempts {
				attempts[i] = answered([]int{200, 200, 401, 503}[random.IntN(4)])
				attempts[i].Target = target
			}
			err = l.QueueAttempts(all[max(0, len(all)-1-random.IntN(3))].ID, attempts, due)
		}
		if err != nil {
			t.Fatal(err)
		}
		then()
	}
}

// dump returns the rows of all tables, except what depends on the transactions.
func dump(t *testing.T, l *Log) (rows []string) {
	t.Helper()
	err := l.Reader().with(t.Context(), func(c *sqlite.Conn) error {
		for _, table := range []string{
			"* FROM delivery", "n, hex(header), hex(body) FROM content", "delivery, n, target, code, failure, duration FROM attempt", "* FROM due", "* FROM resolution", "* FROM delivery_count",
			"row, kind, delivery, attempt FROM change",
		} {
			columns, from, _ := strings.Cut(table, " FROM ")
			if columns == "*" {
				var names []string
				err := c.Rows("SELECT name FROM pragma_table_info(?)", []any{from}, func(r *sqlite.Row) error {
					names = append(names, r.Text())
					return nil
				})
				if err != nil {
					return err
				}
				columns = strings.Join(names, ", ")
			}
			query := "SELECT concat_ws(char(31), " + columns + ") FROM " + from + " ORDER BY 1"
			err := c.Rows(query, nil, func(r *sqlite.Row) error {
				rows = append(rows, from+": "+r.Text())
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

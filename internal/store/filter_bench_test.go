package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// payload returns a body of 1 KB in the provider's format, filled with words and numbers.
func payload(random *rand.Rand, event, job string) []byte {
	const letters = "0123456789abcdefghjkmnpqrstvwxyz"
	body := fmt.Appendf(nil, `{"event":%q,"timestamp":"2026-03-02T13:02:31Z","data":{"id":%q,"status":"COMPLETE","url":"https://cdn.vidiking.com/renders/%s.mp4","duration":%d.5,"credits_used":%d`,
		event, job, job, random.IntN(100), random.IntN(50))
	for i := 0; len(body) < 1000; i++ {
		body = fmt.Appendf(body, `,"scene_%d":"`, i)
		for range 12 {
			body = append(body, letters[random.IntN(len(letters))])
		}
		body = append(body, '"')
	}
	return append(body, "}}"...)
}

// fillTyped records deliveries with typical events, a tenth of them refused.
func fillTyped(tb testing.TB, dir string, count int) {
	tb.Helper()
	l, err := Open(tb.Context(), dir, Options{})
	if err != nil {
		tb.Fatal(err)
	}
	src, random := newSource(1), rand.New(rand.NewPCG(1, 2))
	for i := range count {
		d := src.next(func(d *webhook.Delivery) {
			d.Event = webhook.Events()[i%8].Name
			d.About = fmt.Sprintf("job_%06d", i)
			d.Body = payload(random, d.Event, d.About)
			d.ReceivedAt = start.Add(time.Duration(i) * 100 * time.Millisecond)
		})
		record(tb, l, d)
		a := answered(200)
		if i%10 == 0 {
			a = answered(500)
			a.Response = []byte("TypeError: Cannot read properties of undefined (reading 'url')\n    at onFailed (handler.js:41)")
		}
		if err := l.QueueAttempts(d.ID, []webhook.Attempt{a}, nil); err != nil {
			tb.Fatal(err)
		}
	}
	closeLog(tb, l)
}

// BenchmarkFilter reads a log of 100,000 deliveries with filters of every kind. Each run opens the log, as a command does. The runs
// under "kept" use one open reader, as a view does.
func BenchmarkFilter(b *testing.B) {
	const count = 100_000
	dir := b.TempDir()
	fillTyped(b, dir, count)
	ctx := context.Background()
	list := func(text string, want int) func(*Reader) error {
		return func(r *Reader) error { return listed(r, newest(50, text), want) }
	}
	total := func(text string, want int) func(*Reader) error {
		return func(r *Reader) error {
			n, err := r.Count(ctx, where(text))
			if err == nil && n != want {
				err = fmt.Errorf("counted %d of %s, want %d", n, text, want)
			}
			return err
		}
	}
	for _, c := range []struct {
		name string
		read func(*Reader) error
	}{
		{"open", func(*Reader) error { return nil }},
		{"list/event", list("event:render.*", 50)},
		{"list/event that is not there", list(`event:"my.own"`, 0)},
		{"list/failed", list("status:failed", 50)},
		{"list/ids with one letter", list("id:dlv_a", 50)},
		{"list/ids with two letters", list("id:dlv_ab", 50)},
		{"list/code", list("code:>=500", 50)},
		{"list/since", list("since:2026-11-23T14:46:00Z", 50)},
		{"list/word in all", list("vidiking", 50)},
		{"list/word in one, the oldest", list("job_000000", 1)},
		{"list/word in none", list("nowhere", 0)},
		{"list/two words in none", list("nowhere neither", 0)},
		{"list/word with ü in none", list("nirgendwüo", 0)},
		{"list/short word in none", list("~", 0)},
		{"list/body", list("body:nowhere", 0)},
		{"list/answer", list("response:nowhere", 0)},
		{"list/header", list("header:nowhere", 0)},
		{"count/all", total("", count)},
		{"count/event", total("event:render.*", count/2)},
		{"count/failed", total("status:failed", count/10)},
		{"count/word in a tenth", total("TypeError", count/10)},
		{"count/word in none", total("nowhere", 0)},
		{"count/word not in", total("-nowhere", count)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				r, err := OpenReader(ctx, dir)
				if err != nil {
					b.Fatal(err)
				}
				if err := c.read(r); err != nil {
					b.Fatal(err)
				}
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	r := openReader(b, dir)
	for _, c := range []struct {
		name         string
		query        Query
		at           Cursor
		older, newer int
		want         int
	}{
		{"bottom", Query{}, Newest(), 50, 0, 50},
		{"top", Query{}, Oldest(), 0, 50, 50},
		{"middle", Query{}, Cursor{start.Add(5000 * time.Second).UnixMilli(), 100_000}, 50, 50, 100},
		{"middle, event", where("event:render.*"), Cursor{start.Add(5000 * time.Second).UnixMilli(), 100_000}, 50, 50, 100},
		{"bottom, failed", where("status:failed"), Newest(), 50, 0, 50},
		{"bottom, word in all", where("vidiking"), Newest(), 50, 0, 50},
		{"bottom, word in a tenth", where("typeerror"), Newest(), 50, 0, 50},
		{"bottom, word in none", where("nowhere"), Newest(), 50, 0, 0},
	} {
		b.Run("kept/window/"+c.name, func(b *testing.B) {
			for b.Loop() {
				w, err := r.Window(ctx, c.query, c.at, c.older, c.newer)
				if err != nil || len(w.Rows) != c.want {
					b.Fatalf("got %d rows, %v, want %d", len(w.Rows), err, c.want)
				}
			}
		})
	}
	for _, text := range []string{"", "event:render.*", "status:failed", "nowhere"} {
		b.Run("kept/count/"+text, func(b *testing.B) {
			for b.Loop() {
				if _, err := r.Count(ctx, where(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSearchIndex measures an alternative to the scan, an FTS5 index of the same texts: by trigrams, which find
// any three characters, or by words, which find prefixes. "add" is the cost for each delivery.
func BenchmarkSearchIndex(b *testing.B) {
	const count = 100_000
	for _, tokenizer := range []string{"trigram", "unicode61"} {
		path := filepath.Join(b.TempDir(), "index.db")
		c, err := sqlite3.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if err := fts5.Register(c); err != nil {
			b.Fatal(err)
		}
		run := func(text string) {
			if err := c.Exec(text); err != nil {
				b.Fatal(err)
			}
		}
		run("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
		run("CREATE VIRTUAL TABLE search USING fts5(text, content='', tokenize='" + tokenizer + "')")
		insert, _, err := c.Prepare("INSERT INTO search (rowid, text) VALUES (?, ?)")
		if err != nil {
			b.Fatal(err)
		}
		random, began := rand.New(rand.NewPCG(1, 2)), time.Now()
		for i := range count {
			if i%16 == 0 { // about the size of a transaction under load
				run("BEGIN")
			}
			_ = insert.BindInt64(1, int64(i+1))
			_ = insert.BindBlob(2, payload(random, webhook.Events()[i%8].Name, fmt.Sprintf("job_%06d", i)))
			if err := insert.Exec(); err != nil {
				b.Fatal(err)
			}
			if i%16 == 15 {
				run("COMMIT")
			}
		}
		perDelivery := time.Since(began) / count
		run("PRAGMA wal_checkpoint(TRUNCATE)")
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		for name, text := range map[string]string{"in one": `"job_000000"`, "in none": `"nowhere"`, "in all": `"vidiking"`} {
			b.Run(tokenizer+"/"+name, func(b *testing.B) {
				st, _, err := c.Prepare("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 50")
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					_ = st.BindText(1, text)
					for st.Step() {
					}
					if err := st.Reset(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(perDelivery.Microseconds()), "µs-add/delivery")
				b.ReportMetric(float64(info.Size())/(1<<20), "MiB-index")
				_ = st.Close()
			})
		}
		_ = insert.Close()
		_ = c.Close()
	}
}

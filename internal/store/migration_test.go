package store

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// oldLog unpacks a log that a program of that schema wrote, and returns its directory: a delivered delivery; one that one of its two
// targets refused, and the replay that resolved it; an unreachable, a rejected and a pending one. The latter is due since schema 3.
func oldLog(t *testing.T, version int) (dir string) {
	t.Helper()
	packed, err := os.Open(fmt.Sprintf("testdata/logs/schema%d.db.gz", version))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	log, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(log)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, FileName), content, sqlite.FileMode); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLogsOfOlderSchemasAreMigrated(t *testing.T) {
	const one, two = "http://localhost:3000/webhooks/vidiking", "http://localhost:4000/hooks"
	for version := 1; version < database.Version; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			dir := oldLog(t, version)
			if outdated, size := Outdated(dir); !outdated || size == 0 {
				t.Errorf("Outdated = %v, %d, want true and a size", outdated, size)
			}
			r := openReader(t, dir) // migrates
			if outdated, _ := Outdated(dir); outdated {
				t.Error("Outdated = true after it was opened")
			}
			all, err := r.List(t.Context(), Query{})
			if err != nil || len(all) != 6 {
				t.Fatalf("List: %d deliveries, %v, want 6", len(all), err)
			}
			refused, replay := all[1], all[2]
			if refused.ResolvedBy != replay.ID || refused.Failed() || replay.ReplayOf != refused.ID {
				t.Errorf("got %+v resolved by %+v", refused, replay)
			}
			var resolved []string
			err = r.with(t.Context(), func(c *sqlite.Conn) error {
				return c.Rows("SELECT id, target FROM resolution ORDER BY target", nil, func(q *sqlite.Row) error {
					resolved = append(resolved, q.Text()+" "+q.Text())
					return nil
				})
			})
			want := []string{string(replay.ID) + " " + one, string(replay.ID) + " " + two}
			if diff := cmp.Diff(want, resolved); err != nil || diff != "" {
				t.Errorf("resolution: %v\n%s", err, diff)
			}
			if failed := list(t, r, where("status:failed")); len(failed) < 1 || failed[0] != all[3].ID {
				t.Errorf("failed: %v, want %s first", failed, all[3].ID)
			}
			l := openLog(t, dir, Options{})
			due, left := 0, []PendingCount{{Session: all[5].Session, Unknown: 1}}
			if version >= 3 { // a retry for it, which older schemas cannot express
				due, left = 1, nil
			}
			unsent, err := r.CountPending(t.Context())
			if diff := cmp.Diff(left, unsent); err != nil || diff != "" {
				t.Errorf("PendingCount: %v\n%s", err, diff)
			}
			got, err := l.AdoptPending(t.Context(), "ses_new", []string{all[5].Session}, true)
			if err != nil || len(got) != due || due > 0 && got[0].ID != all[5].ID {
				t.Errorf("Adopt: %+v, %v, want %d: %s", got, err, due, all[5].ID)
			}
			d := newSource(9).next(whatSchema4Adds)
			record(t, l, d)
			if diff := cmp.Diff(*d, get(t, l.Reader(), d.ID), whole()); diff != "" {
				t.Errorf("a new delivery (-want +got):\n%s", diff)
			}
			checkIntegrity(t, dir)
		})
	}
}

func whatSchema4Adds(d *webhook.Delivery) {
	d.Method, d.Path, d.Rest, d.Query, d.MaskedQuery = "POST", "/webhooks/vidiking/a%2Fb", "/a%2Fb", "token=(masked)&x", []string{"token"}
	d.Host, d.Project, d.Probe, d.ExpectedStatus, d.Met = "example.com", "/home/me/shop", true, "4xx", true
}

// The columns of schema 4 are written and read by recording, attempts and imports.
func TestRequestAndURLAreKept(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir, Options{})
	d := newSource(1).next(whatSchema4Adds)
	record(t, l, d)
	a := answered(200)
	a.URL = a.Target + "/a%2Fb?x"
	attempt(t, l, d.ID, a)
	got := get(t, l.Reader(), d.ID)
	if got.Query != d.Query || got.History[0].URL != a.URL {
		t.Errorf("got query %q, url %q", got.Query, got.History[0].URL)
	}
	other := t.TempDir()
	importAll(t, other, atStart(), &got)
	if diff := cmp.Diff(got, get(t, openReader(t, other), d.ID), whole()); diff != "" {
		t.Errorf("imported (-want +got):\n%s", diff)
	}
}

func TestDueKeepsUncertain(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	d := newSource(1).next()
	record(t, l, d)
	down := webhook.Attempt{Target: "http://localhost:3000", StartedAt: start, Failure: webhook.FailureReset}
	due := Due{ID: d.ID, Target: down.Target, Event: d.Event, Tries: 1, Uncertain: true}
	if _, err := l.AddAttempts(d.ID, []webhook.Attempt{down}, []Due{due}); err != nil {
		t.Fatal(err)
	}
	got, err := l.AdoptPending(t.Context(), "ses_new", []string{d.Session}, false)
	due.Session = "ses_new"
	if diff := cmp.Diff([]Due{due}, got); err != nil || diff != "" {
		t.Errorf("Adopt: %v\n%s", err, diff)
	}
}

// countdown is a context that is done after a number of calls to Err. SQLite calls it at regular intervals.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Done() <-chan struct{} { return make(chan struct{}) }

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestInterruptedMigrationChangesNothing(t *testing.T) {
	dir := oldLog(t, 3)
	path := filepath.Join(dir, FileName)
	for asked := 0; ; asked++ {
		c, err := database.OpenReading(&countdown{t.Context(), asked}, path)
		if err == nil {
			if asked < 3 {
				t.Errorf("the context was checked only %d times", asked)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d: got %v, want context.Canceled", asked, err)
		}
		version, err := sqlite.UserVersion(path)
		if err != nil {
			t.Fatal(err)
		}
		if version == 3 && hasTable(t, path, "resolution") {
			t.Fatalf("after %d: the migration is half done", asked)
		}
	}
}

func hasTable(t *testing.T, path, name string) bool {
	t.Helper()
	c, err := database.Open(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := c.Number("SELECT count(*) FROM sqlite_schema WHERE name = ?", name)
	if err = errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
	return n > 0
}

// planOf returns the first four columns of EXPLAIN or EXPLAIN QUERY PLAN, which include the opcode or the detail.
func planOf(t *testing.T, c *sqlite.Conn, explain, text string) (plan string) {
	t.Helper()
	err := c.Rows(explain+" "+text, nil, func(r *sqlite.Row) error {
		for range 4 {
			plan += r.Text() + " "
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// These run at the start of a command, so they must not read the whole log.
func TestCountsAndPendingDeliveriesNeedNoScan(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	failed := where("status:failed")
	failed.Project = "/project"
	failedCount, _ := failed.count()
	err := l.Reader().with(t.Context(), func(c *sqlite.Conn) error {
		for text, want := range map[string]string{
			failedCount:  "USING COVERING INDEX delivery_failed_count ",
			countPending: "INDEX delivery_pending ",
			selectDue + " ORDER BY d.received_at, d.n": "SEARCH d USING INTEGER PRIMARY KEY ",
		} {
			if plan := planOf(t, c, "EXPLAIN QUERY PLAN", text); !strings.Contains(plan, want) {
				t.Errorf("%s\nplan: %s, want %s", text, plan, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestIndexesOfFailedDeliveriesAreUsed(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	err := l.Reader().with(t.Context(), func(c *sqlite.Conn) error {
		where, _ := where("status:failed").where()
		if plan := planOf(t, c, "EXPLAIN QUERY PLAN", selectSummaries+where+newestFirst); !strings.Contains(plan, "USING INDEX delivery_failed ") {
			t.Errorf("failed deliveries are listed by: %s", plan)
		}
		if plan := planOf(t, c, "EXPLAIN QUERY PLAN", selectFailedAlike); !strings.Contains(plan, "USING INDEX delivery_failed_body ") {
			t.Errorf("failed deliveries with the same body are found by: %s", plan)
		}
		for _, text := range []string{insertDelivery, updateDelivery} {
			if plan := planOf(t, c, "EXPLAIN", text); strings.Contains(plan, "OpenEphemeral") {
				t.Errorf("SQLite builds a table for each run of %s", text)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// stairs records deliveries, three per millisecond. Every other one has an AI event.
func stairs(t *testing.T, count int) (*Log, []webhook.ID) {
	t.Helper()
	l, src := openLog(t, t.TempDir(), Options{}), newSource(1)
	var all []webhook.ID
	for i := range count {
		d := src.next(func(d *webhook.Delivery) {
			d.ReceivedAt = start.Add(time.Duration(i/3) * time.Second)
			if i%2 == 1 {
				d.Event = webhook.EventAIComplete
			}
		})
		record(t, l, d)
		all = append(all, d.ID)
	}
	return l, all
}

func window(t testing.TB, r *Reader, q Query, at Cursor, older, newer int) Window {
	t.Helper()
	w, err := r.Window(t.Context(), q, at, older, newer)
	if err != nil {
		t.Fatalf("Window(%v, %d, %d): %v", at, older, newer, err)
	}
	return w
}

func rowIDs(rows []Row) []webhook.ID {
	list := make([]webhook.ID, 0, len(rows))
	for _, row := range rows {
		list = append(list, row.ID)
	}
	return list
}

func TestWindowIsAroundACursor(t *testing.T) {
	t.Parallel()
	const count = 20
	l, all := stairs(t, count)
	r := l.Reader()
	for name, c := range map[string]struct {
		query Query
		of    []webhook.ID
	}{
		"all":                  {Query{}, all},
		"filtered":             {where("event:ai.*"), odd(all)},
		"limit does not count": {Query{Limit: 1}, all},
		"none":                 {where("event:ai.failed"), nil},
	} {
		for i := -1; i <= count; i++ {
			at := placeAt(t, r, all, i)
			upTo := 0 // selected deliveries at or before the cursor
			for _, id := range c.of {
				if slices.Index(all, id) <= i {
					upTo++
				}
			}
			for _, size := range [][2]int{{0, 0}, {3, 0}, {0, 3}, {2, 5}, {count, count}, {1, 1}} {
				got := window(t, r, c.query, at, size[0], size[1])
				from, to := max(0, upTo-size[0]), min(len(c.of), upTo+size[1])
				if diff := cmp.Diff(append([]webhook.ID{}, c.of[from:to]...), rowIDs(got.Rows)); diff != "" {
					t.Errorf("%s, %d and %d around %d (-want +got):\n%s", name, size[0], size[1], i, diff)
				}
				if got.At != upTo-from {
					t.Errorf("%s, %d and %d around %d: got At %d, want %d", name, size[0], size[1], i, got.At, upTo-from)
				}
				if size[0] > 0 && got.Older != (from > 0) || size[1] > 0 && got.Newer != (to < len(c.of)) {
					t.Errorf("%s, %d and %d around %d: got Older %v, Newer %v", name, size[0], size[1], i, got.Older, got.Newer)
				}
			}
		}
	}
}

// placeAt returns the cursor of the i-th delivery, or of an end of the log.
func placeAt(t *testing.T, r *Reader, all []webhook.ID, i int) Cursor {
	t.Helper()
	switch i {
	case -1:
		return Oldest()
	case len(all):
		return Newest()
	}
	p, err := r.CursorOf(t.Context(), all[i])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func odd(all []webhook.ID) []webhook.ID {
	var found []webhook.ID
	for i, id := range all {
		if i%2 == 1 {
			found = append(found, id)
		}
	}
	return found
}

func TestScrollingMissesNothing(t *testing.T) {
	t.Parallel()
	l, all := stairs(t, 30)
	r, src := l.Reader(), newSource(2)
	var seen []webhook.ID
	at := Newest()
	for {
		w := window(t, r, Query{}, at, 4, 0)
		rows := w.Rows
		if len(seen) > 0 { // the last row of this window is the first of the previous one
			rows = rows[:len(rows)-1]
		}
		seen = append(rowIDs(rows), seen...)
		if !w.Older {
			break
		}
		at = w.Rows[0].Cursor
		record(t, l, src.next(func(d *webhook.Delivery) { d.ReceivedAt = start.Add(time.Hour) }))
	}
	if diff := cmp.Diff(all, seen); diff != "" {
		t.Errorf("scrolled up (-want +got):\n%s", diff)
	}
	seen, at = nil, Oldest()
	for len(seen) < len(all) {
		w := window(t, r, Query{}, at, 0, 7)
		seen = append(seen, rowIDs(w.Rows)...)
		at = w.Rows[len(w.Rows)-1].Cursor
		if !w.Newer {
			break
		}
	}
	if diff := cmp.Diff(all, seen[:len(all)]); diff != "" {
		t.Errorf("scrolled down (-want +got):\n%s", diff)
	}
}

func TestCursorsAreOrderedAndOutliveTheirDelivery(t *testing.T) {
	t.Parallel()
	l, all := stairs(t, 9)
	r := l.Reader()
	w := window(t, r, Query{}, Oldest(), 0, 9)
	for i, row := range w.Rows {
		p, err := r.CursorOf(t.Context(), row.ID)
		if err != nil || p != row.Cursor {
			t.Errorf("CursorOf(%s): got %v, %v, want %v", row.ID, p, err, row.Cursor)
		}
		if i > 0 && (!w.Rows[i-1].Cursor.Before(p) || p.Before(w.Rows[i-1].Cursor)) || !Oldest().Before(p) || !p.Before(Newest()) {
			t.Errorf("the cursor of %s is not after the previous one", row.ID)
		}
	}
	middle := w.Rows[4].Cursor
	if err := l.erase(all[4]); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all[3:4], rowIDs(window(t, r, Query{}, middle, 1, 0).Rows)); diff != "" {
		t.Errorf("at the cursor of a deleted delivery (-want +got):\n%s", diff)
	}
	var missing *NotFoundError
	if _, err := r.CursorOf(t.Context(), all[4]); !errors.As(err, &missing) {
		t.Errorf("CursorOf a deleted delivery got %v, want a *NotFoundError", err)
	}
}

func TestChangesContinueAfterAWindow(t *testing.T) {
	t.Parallel()
	l, all := stairs(t, 3)
	r := l.Reader()
	q := where("status:pending")
	w := window(t, r, q, Newest(), 10, 0)
	if got := changes(t, r, w.Seq, 10); len(got) != 0 {
		t.Errorf("changes after the window: got %+v, want none", got)
	}
	attempt(t, l, all[1], answered(200))
	got, err := r.ChangesOf(t.Context(), q, w.Seq, 10)
	if err != nil || len(got) != 1 || got[0].Matches || got[0].Cursor != w.Rows[1].Cursor {
		t.Errorf("changes after an attempt: got %+v, %v, want one that no longer matches, with its cursor", got, err)
	}
	if all := changes(t, r, w.Seq, 10); len(all) != 1 || !all[0].Matches {
		t.Errorf("Changes: got %+v, want one that matches", all)
	}
}

func TestWindowUsesAnIndex(t *testing.T) {
	t.Parallel()
	l, _ := stairs(t, 3)
	for _, q := range []Query{{}, where("status:failed"), where("event:ai.* job"), where("since:1h")} {
		only := q.condition()
		text := ""
		if only.Text != "" {
			text = " AND " + only.Text
		}
		for _, side := range []string{upToCursor + text + newestFirst, afterCursor + text + oldestFirst} {
			var plan []string
			err := l.Reader().with(t.Context(), func(c *sqlite.Conn) error {
				return c.Rows("EXPLAIN QUERY PLAN "+selectSummaries+only.Join("CROSS")+" WHERE "+side, append(append([]any{int64(0), int64(0)}, only.Args...), 10), func(q *sqlite.Row) error {
					_, _, _ = q.Int(), q.Int(), q.Int()
					plan = append(plan, q.Text())
					return nil
				})
			})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(plan, func(s string) bool { return len(s) > 9 && s[:9] == "SEARCH d " }) ||
				slices.ContainsFunc(plan, func(s string) bool { return s == "USE TEMP B-TREE FOR ORDER BY" }) {
				t.Errorf("%s: got the plan %q, want a search without sorting", side, plan)
			}
		}
	}
}

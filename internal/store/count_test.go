package store

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestCounts(t *testing.T) {
	ctx := context.Background()
	l := openLog(t, t.TempDir(), Options{})
	r := l.Reader()
	for i, status := range []webhook.Status{webhook.StatusPending, webhook.StatusRejected, webhook.StatusPending, webhook.StatusSkipped} {
		d := webhook.Delivery{Summary: webhook.Summary{
			ID: webhook.ID([]string{"dlv_aaaaaaaaaa", "dlv_bbbbbbbbbb", "dlv_cccccccccc", "dlv_dddddddddd"}[i]), Status: status,
			Event: "render.complete", ReceivedAt: start.Add(time.Duration(i/2) * time.Second), // two in each of two seconds
		}}
		if err := l.Record(ctx, &d); err != nil {
			t.Fatal(err)
		}
	}
	byTarget, err := r.CountByTarget(ctx, Query{})
	want := map[string]map[webhook.Status]int{"": {webhook.StatusPending: 2, webhook.StatusRejected: 1, webhook.StatusSkipped: 1}}
	if diff := cmp.Diff(want, byTarget); diff != "" || err != nil {
		t.Errorf("by target: %v\n%s", err, diff)
	}
	pending := Query{Filter: filter.WithStatus(webhook.StatusPending)}
	if byTarget, err := r.CountByTarget(ctx, pending); err != nil || byTarget[""][webhook.StatusPending] != 2 || len(byTarget[""]) != 1 {
		t.Errorf("pending by target: %v, %v", byTarget, err)
	}
	first, err := r.CursorOf(ctx, "dlv_aaaaaaaaaa")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		q    Query
		at   Cursor
		most int
		want int
	}{
		"behind the first":          {Query{}, first, 10, 3},
		"no more than asked":        {Query{}, first, 2, 2},
		"that match":                {pending, first, 10, 1},
		"behind the first's second": {Query{}, CursorAt(start, math.MaxInt64), 10, 2},
		"behind the newest":         {Query{}, Newest(), 10, 0},
	} {
		if got, err := r.CountAfter(ctx, tc.q, tc.at, tc.most); err != nil || got != tc.want {
			t.Errorf("%s: got %d, %v, want %d", name, got, err, tc.want)
		}
	}
	periods, err := r.CountByPeriod(ctx, start, time.Second)
	if first := start.Unix(); err != nil || len(periods) == 0 || periods[0].Period != first {
		t.Errorf("by second: %+v, %v", periods, err)
	}
	n := 0
	for _, p := range periods {
		n += p.N
	}
	if n != 4 {
		t.Errorf("in all seconds: got %d deliveries, want 4: %+v", n, periods)
	}
}

// All ways to insert and delete deliveries keep the counts of the table delivery_count up to date.
func TestDeliveryCountsAreKeptUpToDate(t *testing.T) {
	dir := t.TempDir()
	l, src := openLog(t, dir, Options{Retention: unbounded(func(r *Retention) { r.Deliveries = 5 }), OnError: func(error) {}}), newSource(1)
	of := func(project string, probe bool) func(*webhook.Delivery) {
		return func(d *webhook.Delivery) { d.Project, d.Probe = project, probe }
	}
	check := func(what string) {
		t.Helper()
		for _, q := range []Query{{}, {Probes: true}, {Project: "/shop"}, {Project: "/shop", Probes: true}, {Not: "/shop"}, {Not: "/none"}} {
			want := len(list(t, l.Reader(), q))
			if got, err := l.Reader().Count(t.Context(), q); err != nil || got != want {
				t.Errorf("%s: Count(%+v) = %d, %v, want %d", what, q, got, err, want)
			}
		}
		sum := 0
		projects, err := l.Reader().Projects(t.Context(), Query{})
		for _, n := range projects {
			sum += n
		}
		if want := len(list(t, l.Reader(), Query{})); err != nil || sum != want {
			t.Errorf("%s: Projects = %v, %v, want %d deliveries", what, projects, err, want)
		}
	}
	var ids []webhook.ID
	for i := range 12 {
		d := src.next(of([]string{"/shop", "/blog", ""}[i%3], i%4 == 0))
		record(t, l, d)
		ids = append(ids, d.ID)
	}
	check("after recording")
	record(t, l, src.next(func(d *webhook.Delivery) { d.ID = ids[0] }))
	check("after a duplicate id")
	imported := recorded(7, 20)
	for i, d := range imported {
		of([]string{"/shop", "/new"}[i%2], false)(d)
	}
	importAll(t, dir, atStart(), imported...)
	check("after an import")
	if _, err := Prune(t.Context(), dir, ids[:6]); err != nil {
		t.Fatal(err)
	}
	check("after Prune")
	tidy(t, l)
	check("after pruning by the writer")
}

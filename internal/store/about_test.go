package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// recordAbout records one delivery per text, a second apart, and returns their ids.
func recordAbout(t *testing.T, l *Log, about ...string) (ids []webhook.ID) {
	t.Helper()
	src := newSource(1)
	for i, a := range about {
		d := src.next(func(d *webhook.Delivery) {
			d.About, d.ReceivedAt, d.Probe = a, start.Add(time.Duration(i)*time.Second), false
		})
		record(t, l, d)
		ids = append(ids, d.ID)
	}
	return ids
}

func TestDeliveriesOfAJobAreFound(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	ids := recordAbout(t, l, "job_a", "job_b", "job_a", "balance 312", "amount 50", "", "job_b", "job_a")
	r := l.Reader()
	for _, tc := range []struct {
		about []string
		limit int
		want  []webhook.ID
	}{
		{[]string{"job_a"}, 10, []webhook.ID{ids[0], ids[2], ids[7]}},
		{[]string{"job_a"}, 2, []webhook.ID{ids[2], ids[7]}},
		{[]string{"job_b", "job_a"}, 3, []webhook.ID{ids[2], ids[6], ids[7]}},
		{[]string{"job_c"}, 10, nil},
		{[]string{""}, 10, nil},
	} {
		all, err := r.About(t.Context(), tc.about, tc.limit)
		var got []webhook.ID
		for _, s := range all {
			got = append(got, s.ID)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("About(%q, %d): %v\n%s", tc.about, tc.limit, err, diff)
		}
	}
	got, err := r.Subjects(t.Context(), 5)
	want := []Subject{{"job_a", start.Add(7 * time.Second)}, {"job_b", start.Add(6 * time.Second)}}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })); diff != "" || err != nil {
		t.Errorf("Subjects: %v\n%s", err, diff)
	}
	if n, err := r.CountSubjects(t.Context(), 100); n != 2 || err != nil {
		t.Errorf("CountSubjects = %d, %v, want 2", n, err)
	}
}

func TestJobsAreFoundByAnIndex(t *testing.T) {
	l := openLog(t, t.TempDir(), Options{})
	err := l.Reader().with(t.Context(), func(c *sqlite.Conn) error {
		for _, text := range []string{selectSummaries + " WHERE d.about IN ('a') AND d.about <> '' AND NOT d.probe" + newestFirst, selectSubjects, countSubjects} {
			if plan := planOf(t, c, "EXPLAIN QUERY PLAN", text); !strings.Contains(plan, "INDEX delivery_by_about ") || strings.Contains(plan, "SCAN d ") && !strings.Contains(plan, "COVERING") {
				t.Errorf("%s is read by: %s", text, plan)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

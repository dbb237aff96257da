package webhookscmd

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestCountsOfAFilterAreLimited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := store.Open(t.Context(), dir, store.Options{OnError: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{1})
	for n := range 11_002 {
		d := &webhook.Delivery{Body: fmt.Append(nil, n)}
		d.Event, d.Project, d.Status = webhook.EventRenderComplete, "/shop", webhook.StatusPending
		if n < 5001 {
			d.Event, d.Project = webhook.EventRenderFailed, "/blog"
		}
		if d.ID, err = webhook.NewID(random); err != nil {
			t.Fatal(err)
		}
		if err := log.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		failed := []webhook.Attempt{{Target: "http://localhost:3000", Code: 500}}
		if err := log.QueueAttempts(d.ID, failed, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := store.OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for _, c := range []struct {
		filter        string
		limit, listed int
		project, want string
	}{
		{"", 1, 1, "/shop", "11,002 deliveries (5,001 of other projects), 5,001 of other projects and 6,001 of this one undelivered"},
		{"event:*", 1, 1, "/shop", "more than 10,000 deliveries (5,001 of other projects), 5,001 of other projects and 6,001 of this one undelivered"},
		{"event:*", 1, 1, "/blog", "more than 10,000 deliveries (6,001 of other projects), 6,001 of other projects and 5,001 of this one undelivered"},
		{"event:*", 1, 1, "/third", "more than 10,000 deliveries (more than 10,000 of other projects), more than 10,000 of other projects undelivered"},
		{"event:*", 10_500, 10_500, "/shop", "more than 10,500 deliveries (5,001 of other projects), 5,001 of other projects and 6,001 of this one undelivered"},
		{"event:*", 0, 11_002, "/shop", "11,002 deliveries (5,001 of other projects), 5,001 of other projects and 6,001 of this one undelivered"},
		{"event:*", 20_000, 11_002, "/third", "11,002 deliveries (11,002 of other projects), 11,002 of other projects undelivered"},
		{"event:render.failed", 1, 1, "/shop", "5,001 deliveries (5,001 of other projects), 5,001 of other projects undelivered"},
		{"event:render.failed", 1, 1, "/blog", "5,001 deliveries, 5,001 undelivered"},
	} {
		f, err := filter.Parse(c.filter, time.Now(), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		n, err := countFor(t.Context(), r, store.Query{Filter: f, Limit: c.limit}, c.project, c.listed)
		if got := n.String(); err != nil || got != c.want {
			t.Errorf("%q in %s got %q, %v\nwant %q", c.filter, c.project, got, err, c.want)
		}
	}
}

func TestCountsIncludeProjectsThatHaveOnlyProbes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := store.Open(t.Context(), dir, store.Options{OnError: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	for project, isProbe := range map[string]bool{"/shop": false, "/blog": true} {
		d := &webhook.Delivery{}
		d.ID, d.Project, d.Probe, d.Status = webhook.ID("dlv_"+strings.Repeat(project[1:2], 10)), project, isProbe, webhook.StatusSkipped
		if err := log.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	r := log.Reader()
	for probes, want := range map[bool]string{false: "1 delivery", true: "2 deliveries (1 of another project)"} {
		n, err := countFor(t.Context(), r, store.Query{Probes: probes}, "/shop", -1)
		if got := n.String(); err != nil || got != want {
			t.Errorf("probes %t: got %q, %v; want %q", probes, got, err, want)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

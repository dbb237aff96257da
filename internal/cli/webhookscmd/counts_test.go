package webhookscmd

import (
	"fmt"
	"math/rand/v2"
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
	for n := range maxCounted + 2 {
		d := &webhook.Delivery{Body: fmt.Append(nil, n)}
		d.Event, d.Project, d.Status = webhook.EventRenderComplete, "/shop", webhook.StatusPending
		if n < 2 {
			d.Event, d.Project = webhook.EventRenderFailed, "/blog"
		}
		if d.ID, err = webhook.NewID(random); err != nil {
			t.Fatal(err)
		}
		if err := log.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if n == 0 || n == 2 {
			failed := []webhook.Attempt{{Target: "http://localhost:3000", Code: 500}}
			if err := log.QueueAttempts(d.ID, failed, nil); err != nil {
				t.Fatal(err)
			}
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
	for _, c := range []struct{ filter, project, want string }{
		{"", "/shop", "10,002 deliveries (2 of other projects), 1 of other projects and 1 of this one undelivered"},
		{"event:*", "/shop", "more than 10,000 deliveries (2 of other projects), 1 of other projects and 1 of this one undelivered"},
		{"event:*", "/blog", "more than 10,000 deliveries (10,000 of other projects), 1 of other projects and 1 of this one undelivered"},
		{"event:*", "/third", "more than 10,000 deliveries (more than 10,000 of other projects), 2 of other projects undelivered"},
		{"event:render.complete", "/blog", "10,000 deliveries (10,000 of other projects), 1 of other projects undelivered"},
		{"event:render.failed", "/shop", "2 deliveries (2 of other projects), 1 of other projects undelivered"},
		{"status:failed", "/shop", "2 deliveries (1 of another project), 1 of other projects and 1 of this one undelivered"},
	} {
		f, err := filter.Parse(c.filter, time.Now(), time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		n, err := countFor(t.Context(), r, store.Query{Filter: f, Limit: 1}, c.project, 1)
		if got := n.String(); err != nil || got != c.want {
			t.Errorf("%q in %s got %q, %v\nwant %q", c.filter, c.project, got, err, c.want)
		}
	}
}

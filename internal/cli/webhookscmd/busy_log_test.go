package webhookscmd

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// busyReader is a log reader whose methods return ErrBusy on their first calls.
type busyReader struct {
	*store.Reader
	mu       sync.Mutex
	failures map[string]int // the number of failures left, by method
}

func (b *busyReader) fail(method string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures[method]--; b.failures[method] >= 0 {
		return fmt.Errorf("%s: %w", method, store.ErrBusy)
	}
	return nil
}

func (b *busyReader) Wait(ctx context.Context, after int64) error {
	return errors.Join(b.fail("Wait"), b.Reader.Wait(ctx, after))
}

func (b *busyReader) Changes(ctx context.Context, after int64, limit int) ([]store.Change, error) {
	if err := b.fail("Changes"); err != nil {
		return nil, err
	}
	return b.Reader.Changes(ctx, after, limit)
}

func (b *busyReader) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	if err := b.fail("Get"); err != nil {
		return webhook.Delivery{}, err
	}
	return b.Reader.Get(ctx, id)
}

func (b *busyReader) List(ctx context.Context, q store.Query) ([]webhook.Summary, error) {
	if err := b.fail("List"); err != nil {
		return nil, err
	}
	return b.Reader.List(ctx, q)
}

func (b *busyReader) IsDue(ctx context.Context, id webhook.ID) (bool, error) {
	if err := b.fail("IsDue"); err != nil {
		return false, err
	}
	return b.Reader.IsDue(ctx, id)
}

// recordOne records a delivery and an attempt with the response code.
func recordOne(t *testing.T, log *store.Log, id webhook.ID, code int) {
	t.Helper()
	d := webhook.Delivery{Summary: webhook.Summary{ID: id, Event: webhook.EventRenderComplete, ReceivedAt: time.Now()}}
	d.Body = []byte(`{"event":"render.complete","data":{"id":"` + id + `"}}`)
	if err := log.Record(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	if _, err := log.AddAttempts(id, []webhook.Attempt{{Target: "http://localhost:3000/", StartedAt: time.Now(), Code: code}}, nil); err != nil {
		t.Fatal(err)
	}
}

// idWriter sends the id of each row written to it on a channel.
type idWriter chan string

func (w idWriter) Write(p []byte) (int, error) {
	for _, field := range strings.Fields(string(p)) {
		if strings.HasPrefix(field, webhook.IDPrefix) {
			w <- field
		}
	}
	return len(p), nil
}

func TestFollowShowsEachDeliveryOnceIfTheLogIsBusy(t *testing.T) {
	log, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	content, err := filter.Parse("render", time.Now(), time.UTC) // a filter that reads headers and bodies
	if err != nil {
		t.Fatal(err)
	}
	rows := make(idWriter, 16)
	f := &follower{
		reader:  &busyReader{Reader: log.Reader(), failures: map[string]int{"Wait": 1, "Changes": 2, "Get": 3}},
		printer: output.New(output.Options{Stdout: rows, Stderr: rows}), query: store.Query{Filter: content},
	}
	recordOne(t, log, "dlv_aaaaaaaaaa", 200)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.run(ctx) }()
	for i, id := range []string{"dlv_aaaaaaaaaa", "dlv_bbbbbbbbbb", "dlv_cccccccccc"} {
		if i > 0 {
			recordOne(t, log, webhook.ID(id), 200)
		}
		if got := <-rows; got != id {
			t.Errorf("row %d is %s, want %s", i+1, got, id)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("follow returned %v after an interrupt, want nil", err)
	}
	if len(rows) != 0 {
		t.Errorf("unexpected row: %s", <-rows)
	}
}

package listen

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// busyFeed is a delivery log. The first calls of a method fail, as often as left says.
type busyFeed struct {
	*store.Reader
	mu   sync.Mutex
	left map[string]int
}

func (b *busyFeed) fail(method string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left[method]--; b.left[method] >= 0 {
		return fmt.Errorf("%s: %w", method, store.ErrBusy)
	}
	return nil
}

func (b *busyFeed) Wait(ctx context.Context, after int64) error {
	return errors.Join(b.fail("Wait"), b.Reader.Wait(ctx, after))
}

func (b *busyFeed) Changes(ctx context.Context, after int64, limit int) ([]store.Change, error) {
	if err := b.fail("Changes"); err != nil {
		return nil, err
	}
	return b.Reader.Changes(ctx, after, limit)
}

func (b *busyFeed) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	if err := b.fail("Get"); err != nil {
		return webhook.Delivery{}, err
	}
	return b.Reader.Get(ctx, id)
}

func (b *busyFeed) List(ctx context.Context, q store.Query) ([]webhook.Summary, error) {
	if err := b.fail("List"); err != nil {
		return nil, err
	}
	return b.Reader.List(ctx, q)
}

func (b *busyFeed) IsDue(ctx context.Context, id webhook.ID) (bool, error) {
	if err := b.fail("IsDue"); err != nil {
		return false, err
	}
	return b.Reader.IsDue(ctx, id)
}

// recordOne records a delivery and the code of its response.
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

func TestWaitContinuesWhileTheLogIsBusy(t *testing.T) {
	for _, code := range []int{200, 500} {
		log, err := store.Open(t.Context(), t.TempDir(), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		recordOne(t, log, "dlv_aaaaaaaaaa", code)
		w := &Waiter{
			WaitOptions: WaitOptions{Events: []string{webhook.EventRenderComplete}, Count: 1, Within: time.Minute},
			Reader:      &busyFeed{Reader: log.Reader(), left: map[string]int{"Wait": 1, "Changes": 2, "List": 1, "IsDue": 1}},
		}
		want := map[int]Result{200: ResultDelivered, 500: ResultRefused}[code]
		if got, err := w.Wait(t.Context()); err != nil || got != want {
			t.Errorf("a handler that responds with %d: got %s, %v; want %s", code, got, err, want)
		}
	}
}

func TestWaitReturnsTheErrorOfItsLastCheck(t *testing.T) {
	log, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	recordOne(t, log, "dlv_aaaaaaaaaa", 200)
	w := &Waiter{
		WaitOptions: WaitOptions{Events: []string{webhook.EventRenderComplete}, Count: 1},
		Reader:      &busyFeed{Reader: log.Reader(), left: map[string]int{"List": 1000}},
	}
	if got, err := w.Wait(t.Context()); !errors.Is(err, store.ErrBusy) {
		t.Errorf("got %s, %v; want ErrBusy, because the delivery may have arrived", got, err)
	}
}

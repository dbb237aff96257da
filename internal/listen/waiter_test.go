package listen

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestCanceledWaitCountsEarlierDeliveries(t *testing.T) {
	t.Parallel()
	log, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	d := webhook.Delivery{Summary: webhook.Summary{
		ID: "dlv_0123456789", Session: "ses_1", Event: webhook.EventRenderComplete, Status: webhook.StatusDelivered, ReceivedAt: time.Now(),
	}}
	if err := log.Record(t.Context(), &d); err != nil {
		t.Fatal(err)
	}
	w := &Waiter{
		WaitOptions: WaitOptions{Events: []string{webhook.EventRenderComplete}, Count: 1, Within: time.Minute}, Reader: log.Reader(), Session: "ses_1",
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if result, err := w.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %s, %v; want context.Canceled", result, err)
	}
	if result, err := w.check(t.Context()); err != nil || result != ResultDelivered {
		t.Errorf("last check: got %s, %v; want %s", result, err, ResultDelivered)
	}
}

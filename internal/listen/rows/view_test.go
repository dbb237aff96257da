package rows

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// busyFeed is a delivery log that cannot be read.
type busyFeed struct{}

func (busyFeed) LastSeq(context.Context) (int64, error) { return 0, nil }
func (busyFeed) Changes(context.Context, int64, int) ([]store.Change, error) {
	return nil, store.ErrBusy
}
func (busyFeed) Wait(context.Context, int64) error { return store.ErrBusy }
func (busyFeed) Get(context.Context, webhook.ID) (webhook.Delivery, error) {
	return webhook.Delivery{}, store.ErrBusy
}
func (busyFeed) Count(context.Context, store.Query) (int, error) { return 0, store.ErrBusy }

func TestTheSummaryCountsFailuresIfTheLogCannotBeRead(t *testing.T) {
	var out bytes.Buffer
	l, err := New(t.Context(), Options{Printer: output.New(output.Options{Stdout: &out, Stderr: &out}), Feed: busyFeed{}, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	l.Start(output.Ready{}, nil)
	l.Stop(relay.Counts{Received: 4, Delivered: 1, Refused: 2, TimedOut: 1}, 0)
	l.Close()
	if want := "3 undelivered: vidiking webhooks list --failed\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("got %q, want it to end with %q", out.String(), want)
	}
}

func TestAPanicIsShownWithItsStackIfVerbose(t *testing.T) {
	for _, verbose := range []bool{false, true} {
		var out bytes.Buffer
		l, err := New(t.Context(), Options{Printer: output.New(output.Options{Stdout: &out, Stderr: &out}), Feed: busyFeed{}, Now: time.Now, Verbose: verbose})
		if err != nil {
			t.Fatal(err)
		}
		l.Start(output.Ready{}, nil)
		l.Notify(relay.Notice{Kind: relay.NoticePanic, Err: errors.New("panic: nil map\ngoroutine 7 [running]:\n\trelay.go:12 +0x1")})
		l.Stop(relay.Counts{}, 0)
		l.Close()
		if got := strings.Contains(out.String(), "relay.go:12"); got != verbose || !strings.Contains(out.String(), "Internal error in vidiking (panic: nil map)") {
			t.Errorf("verbose %v: got %q", verbose, out.String())
		}
	}
}

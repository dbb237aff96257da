package rows

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// changingFeed is a delivery log that always has changed, and counts the reads.
type changingFeed struct {
	busyFeed
	reads atomic.Int64
}

func (f *changingFeed) Changes(context.Context, int64, int) ([]store.Change, error) {
	f.reads.Add(1)
	return nil, nil
}
func (f *changingFeed) Wait(context.Context, int64) error { return nil }

func TestQuietReadsTheLogLessOftenAndWithin50Milliseconds(t *testing.T) {
	for quiet, want := range map[bool]int64{false: 62, true: 20} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			feed := &changingFeed{}
			l, err := New(t.Context(), Options{Printer: output.New(output.Options{Stdout: &out, Stderr: &out}), Feed: feed, Now: time.Now, Quiet: quiet})
			if err != nil {
				t.Fatal(err)
			}
			l.Start(output.Ready{}, nil)
			time.Sleep(time.Second) // fake time
			if got := feed.reads.Load(); got != want {
				t.Errorf("quiet %t: %d reads in a second, want %d", quiet, got, want)
			}
			l.Stop(relay.Counts{}, 0)
			l.Close()
		})
	}
}

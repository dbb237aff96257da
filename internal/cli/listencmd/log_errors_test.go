package listencmd

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/store"
)

// noticeView is a view that keeps the notices of the relay.
type noticeView struct {
	sessionView
	mu      sync.Mutex
	notices []relay.Notice
}

func (v *noticeView) Notify(n relay.Notice) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.notices = append(v.notices, n)
}

func (v *noticeView) Say(output.Notice) {}

func TestAnErrorOfTheLogBeforeThereIsAViewIsShown(t *testing.T) {
	l := &listener{app: &cmdutil.App{W: cmdutil.World{Now: time.Now}}}
	l.logErrors.Report(store.ErrFull)
	v := &noticeView{}
	var reporting sync.WaitGroup // the log has goroutines of its own
	reporting.Go(func() { l.logErrors.Report(store.ErrReadOnly) })
	l.view = v
	l.logErrors.handleWith(l.logFailed)
	reporting.Wait()
	l.logErrors.Report(store.ErrCorrupt)
	for _, want := range []error{store.ErrFull, store.ErrReadOnly, store.ErrCorrupt} {
		shown := 0
		for _, n := range v.notices {
			if n.Kind == relay.NoticeNotRecorded && errors.Is(n.Err, want) {
				shown++
			}
		}
		if shown != 1 {
			t.Errorf("%v was shown %d times, want once", want, shown)
		}
	}
}

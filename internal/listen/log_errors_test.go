package listen

import (
	"errors"
	"sync"
	"testing"
	"time"

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

func TestEarlyLogErrorsAreShownLater(t *testing.T) {
	s := &Session{o: &Options{System: System{Now: time.Now}}}
	s.log.errors.Report(store.ErrFull)
	v := &noticeView{}
	var reporting sync.WaitGroup // from another goroutine, as the log does
	reporting.Go(func() { s.log.errors.Report(store.ErrReadOnly) })
	s.display.view = v
	s.log.errors.handleWith(s.logFailed)
	reporting.Wait()
	s.log.errors.Report(store.ErrCorrupt)
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

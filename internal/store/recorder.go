package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/store/database"
	"github.com/vidiking/vidiking-cli/internal/store/journal"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
)

// recorder appends entries to the journal of this process. It starts the journal with the first entry.
type recorder struct {
	dir  string
	wake chan struct{} // of the backlogs

	mu       sync.Mutex       // held while a journal starts or ends
	identity journal.Identity // of the log
	detached bool             // the log was replaced, and the writer has not yet opened the new one
	current  atomic.Pointer[journaled]

	// blocked is why the log cannot be written, unless another process locks it. While it is set, no delivery is accepted: it could not be
	// seen. An attempt is still accepted.
	blocked atomic.Pointer[error]

	waiting  sync.Map    // by delivery: *waiter of a call of AddAttempts
	reported atomic.Bool // OnError or the caller of Record knows that the log cannot be written
}

// waiter is a call of AddAttempts. The writer sets err if it cannot file the attempts.
type waiter struct{ err error }

// errDetached reports that the log was replaced, and that the writer must open the new one first.
var errDetached = errors.New("the delivery log was moved or deleted")

// journaled is a journal and the state of its filing. Only the writer uses filing.
type journaled struct {
	writer  *journal.Writer
	backlog *journal.Backlog
	filing  filing
	applied atomic.Pointer[journal.Position] // a copy of filing.applied
}

// append writes an entry, whose body may be empty. It returns when the entry survives the death of the process.
func (r *recorder) append(ctx context.Context, head, body []byte) error {
	for {
		j, err := r.open(ctx)
		if err == nil {
			err = j.backlog.WaitForSpace(ctx, database.BusyTimeout)
		}
		if errors.Is(err, journal.ErrBacklog) {
			return ErrBusy
		}
		if err == nil {
			err = j.writer.Append(head, body)
		}
		if !errors.Is(err, journal.ErrClosed) { // else the log was replaced, and there is another journal
			return sqlite.Classify(err)
		}
	}
}

// open returns the journal, and starts it if there is none.
func (r *recorder) open(ctx context.Context) (*journaled, error) {
	if j := r.current.Load(); j != nil {
		return j, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if j := r.current.Load(); j != nil {
		return j, nil
	}
	if r.detached {
		return nil, errDetached
	}
	b := journal.NewBacklog(r.wake, filingBatch)
	w, err := journal.Create(ctx, r.dir, r.identity, b)
	if err != nil {
		return nil, err
	}
	j := &journaled{writer: w, backlog: b, filing: filing{journal: w.ID(), source: b}}
	r.current.Store(j)
	return j, nil
}

// get returns the journal, or nil if there is none.
func (r *recorder) get() *journaled { return r.current.Load() }

// detach ends the journal, because its log was replaced, and returns it, or nil if there is none. The next entry waits for attach.
func (r *recorder) detach() *journaled {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.current.Swap(nil)
	if old != nil {
		old.writer.Seal()
	}
	r.detached = true
	return old
}

// attach makes the next entry start a journal for the log with an identity.
func (r *recorder) attach(id journal.Identity) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.identity, r.detached = id, false
}

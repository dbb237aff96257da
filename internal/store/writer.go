package store

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// writer is the one goroutine of this process that writes the log. It takes whatever is queued into one transaction and never waits
// for more to come: while it commits, the next group gathers by itself.
type writer struct {
	conn    *sqlite.Conn
	place   *place
	queue   <-chan *job
	ring    *bell
	onError func(error)
	recycle func(*job)

	turn    sync.Mutex // held while a transaction is open; upkeep takes it for the moment in which the WAL starts over
	copying sync.Mutex // held by upkeep while it checkpoints

	walPages     atomic.Int64  // how long the WAL is
	checkpointAt atomic.Int64  // how long it must be for upkeep to be woken
	commits      atomic.Int64  // how many transactions there were
	full         chan struct{} // wakes upkeep

	plans   chan plan     // what upkeep asks to be pruned; the writer does it when it has nothing else to do
	reports chan error    // upkeep's failures, for onError
	moved   chan struct{} // upkeep saw that the log is not at its place

	group   []*job
	carried []*job // attempts that a busy log turned away, first of the next group
	todo    plan
	closing bool // a last try, no more
	tx      transaction
}

// Bounds of one transaction. 256 rows commit in some milliseconds; 4 MiB leave a big body to itself, so that small ones do not wait
// for its pages to be written.
const (
	maxGroupJobs  = 256
	maxGroupBytes = 4 << 20
)

// maxTries is how often an attempt that nobody waits for meets a busy log before it is given up: for about a minute.
const maxTries = 12

func newWriter(c *sqlite.Conn, p *place, queue <-chan *job, ring *bell, o Options) *writer {
	w := &writer{
		place: p, queue: queue, ring: ring, onError: o.OnError,
		full: make(chan struct{}, 1), plans: make(chan plan), reports: make(chan error), moved: make(chan struct{}, 1),
	}
	w.use(c)
	return w
}

// use has the writer write by c from now on.
func (w *writer) use(c *sqlite.Conn) {
	w.conn = c
	w.walPages.Store(0)
	w.checkpointAt.Store(checkpointPages)
	// A hook takes the place of SQLite's own, which would checkpoint within the transactions that it counts.
	c.OnCommit(func(pages int) {
		if w.walPages.Swap(int64(pages)) > int64(pages) { // the WAL has started over
			w.checkpointAt.Store(checkpointPages)
		}
	})
}

// run writes until the queue is closed and empty.
func (w *writer) run() {
	for {
		j, open := w.next()
		if !open {
			break
		}
		runtime.Gosched() // whoever was just answered may queue again first: larger groups, and no time is waited
		w.gather(j)
		w.write()
		w.afterCommit()
	}
	if len(w.carried) > 0 {
		w.closing = true
		w.gather(nil)
		w.write()
	}
}

// next returns the next job. As long as there is none, it prunes what upkeep has planned.
func (w *writer) next() (j *job, open bool) {
	for {
		select {
		case j, open = <-w.queue:
			return j, open
		default:
		}
		if len(w.carried) > 0 {
			return nil, true
		}
		if !w.todo.done() {
			w.pruneSome()
			continue
		}
		select {
		case j, open = <-w.queue:
			return j, open
		case p := <-w.plans:
			w.plan(p)
		case err := <-w.reports:
			w.onError(err)
		case <-w.moved:
			w.keepPlace()
		}
	}
}

// gather makes the next group: what was carried over, then first, then what is queued already.
func (w *writer) gather(first *job) {
	w.group = append(w.group[:0], w.carried...)
	w.carried = w.carried[:0]
	bytes := w.take(first)
	for len(w.group) < maxGroupJobs && bytes < maxGroupBytes {
		select {
		case j := <-w.queue: // nil once the queue is closed
			if j == nil {
				return
			}
			bytes += w.take(j)
		default:
			return
		}
	}
}

func (w *writer) take(j *job) (bytes int) {
	if j == nil || !j.take() {
		return 0
	}
	w.group = append(w.group, j)
	return j.weight()
}

// write commits the group and answers everyone in it. Where the group as a whole fails, each job is tried alone, so that one body that
// the disk has no room for does not take the others with it.
func (w *writer) write() {
	if len(w.group) == 0 {
		return
	}
	err := w.commit(w.group)
	if err != nil && len(w.group) > 1 && !errors.Is(err, ErrBusy) {
		for i := range w.group {
			w.answer(w.group[i], w.commit(w.group[i:i+1]))
		}
	} else {
		for _, j := range w.group {
			w.answer(j, err)
		}
	}
	clear(w.group)
}

// commit writes the jobs in one transaction. What concerns a single job is left in its err; what is returned concerns them all, and
// then nothing of them is written. A panic is an error of the group.
func (w *writer) commit(group []*job) error {
	w.turn.Lock()
	err := w.stay()
	if err == nil {
		err = sqlite.Protect(w.conn, func() error { return w.tx.run(w.conn, group) })
	}
	err = sqlite.Classify(err)
	w.turn.Unlock()
	if err == nil {
		w.commits.Add(1)
		w.ring.ring()
	}
	return err
}

func (w *writer) answer(j *job, err error) {
	if err == nil {
		err = j.err
	}
	again := j.kind == jobAttempt && errors.Is(err, ErrBusy) && j.tries < maxTries && !w.closing
	if again {
		j.tries++
		w.carried = append(w.carried, j)
	}
	if !j.unattended {
		j.unattended = true // from here on, if it is tried again
		j.done <- err
		return
	}
	if again {
		return
	}
	if err != nil {
		w.onError(&AttemptError{ID: j.id, Attempts: slices.Clone(j.attempts), Err: err})
	}
	w.recycle(j)
}

// afterCommit wakes upkeep where the WAL has grown, and prunes even now where there is so much to prune that waiting for a quiet moment
// would not do.
func (w *writer) afterCommit() {
	if w.walPages.Load() >= w.checkpointAt.Load() {
		select {
		case w.full <- struct{}{}:
		default:
		}
	}
	if w.walPages.Load() >= stallPages {
		w.copying.Lock()
		w.copying.Unlock() //nolint:staticcheck // waiting for upkeep is all that is wanted
	}
	select {
	case p := <-w.plans:
		w.plan(p)
	case err := <-w.reports:
		w.onError(err)
	default:
	}
	if w.todo.urgent {
		w.pruneSome()
	}
}

// AttemptError says that attempts could not be written.
type AttemptError struct {
	ID       webhook.ID
	Attempts []webhook.Attempt
	Err      error
}

// Error names the delivery and the reason.
func (e *AttemptError) Error() string { return fmt.Sprintf("write an attempt at %s: %v", e.ID, e.Err) }

// Unwrap returns the reason.
func (e *AttemptError) Unwrap() error { return e.Err }

// Package emulator is a Vidiking on this machine: its documented API, jobs that run through their life cycle, a wallet, and webhooks with
// the documented retry schedule, all on a clock that can be moved.
//
// It does what Vidiking documents, and nothing else is called Vidiking's: everything under /_emulator/, the texts of errors, the durations
// of jobs, and faults are the emulator's own.
//
// Its state is durable. Deliveries, attempts and due times are in an ordinary delivery log; jobs, the wallet, the webhook and the clock are
// values in the same log. A response to a caller, or a delivery, follows only once the change behind it survives the death of the process. A
// delivery whose response was not recorded before the process died is sent again.
package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// CallbackEvents selects the events that go to the callback of a job.
type CallbackEvents string

// The events that go to a callback.
const (
	CallbackFinal CallbackEvents = "final" // when the job ends, as documented
	CallbackAll   CallbackEvents = "all"   // also when it is queued and starts
)

// Options configures an Emulator. Dir, Secret, Now and Sent are required.
type Options struct {
	Dir            string         // of the state
	Key            string         // the API key to require; empty: any
	Secret         webhook.Secret // signs deliveries while no webhook is registered
	Webhook        *Webhook       // the account's webhook of a new state; nil: none is registered
	Style          signature.Style
	Unlimited      bool    // no rate limit
	Speed          float64 // of the clock; 0: it stands still until it is moved
	Seed           uint64  // of a new state; 0: drawn from the time
	QueueTime      Span    // from submission to start
	WorkTime       Span    // from start to end
	Balance        int64   // of a new state, in credits
	LowBalance     int64   // the threshold of wallet.low_balance, in credits
	Collect        bool    // keep deliveries and never send them
	CallbackEvents CallbackEvents
	Faults         []Fault
	Now            func() time.Time // the system's clock
	Sent           func(Sent)       // gets every attempt; must not block for long
	OnError        func(error)      // gets errors that have no caller
}

// Webhook is a webhook that gets all events until a call replaces it. If it is also the callback of a job, it gets each event once. URL must be
// valid.
type Webhook struct {
	URL    string
	Sender webhook.Field // added to the header of its deliveries
}

// Emulator is a running emulator.
type Emulator struct {
	o       *Options
	lock    *flock.Flock
	log     *store.Log
	ledger  *ledger
	courier *courier
	jobs    *jobs
	queue   *retry.Queue[task]
	mover   chan struct{} // has a value while the clock is moved
	watch   *watchers
	done    chan struct{}
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// InUseError reports that another emulator uses the state.
type InUseError struct{ Dir string }

func (e *InUseError) Error() string { return "another emulator uses the state in " + e.Dir }

// Advice returns what to do about the error.
func (e *InUseError) Advice() string { return "stop it, or use another directory: --state DIR" }

// Open opens the state and continues where the last process left off. The caller closes the Emulator.
func Open(ctx context.Context, o Options) (*Emulator, error) {
	if o.OnError == nil {
		o.OnError = func(error) {}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create the state directory: %w", err)
	}
	lock := flock.New(filepath.Join(o.Dir, "emulator.lock"), flock.SetPermissions(0o600))
	if ok, err := lock.TryLock(); err != nil {
		return nil, fmt.Errorf("lock the state in %s: %w", o.Dir, err)
	} else if !ok {
		return nil, &InUseError{o.Dir}
	}
	e := &Emulator{o: &o, lock: lock, mover: make(chan struct{}, 1), done: make(chan struct{}), watch: &watchers{}}
	if err := e.open(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

func (e *Emulator) open(ctx context.Context) (err error) {
	clock := NewClock(e.o.Now().UTC().Truncate(time.Millisecond), e.o.Speed, e.o.Now)
	if e.log, err = store.Open(ctx, e.o.Dir, store.Options{Now: clock.Now, OnError: e.o.OnError}); err != nil {
		return err
	}
	e.ledger = &ledger{log: e.log, clock: clock, collect: e.o.Collect, report: e.o.OnError, active: map[string]*job{}}
	isNew, err := e.ledger.load(ctx)
	if err != nil {
		return err
	}
	if isNew {
		e.ledger.account = e.newAccount()
	}
	clock.resume(e.ledger.account.Now)
	sending, cancel := context.WithCancel(context.Background())
	e.cancel = cancel
	rules := &faults{seed: e.ledger.account.Seed}
	e.queue = retry.New(retry.Options[task]{Clock: clock, Send: e.run, Parallel: parallel, Go: e.running.Go, Done: e.done})
	e.courier = &courier{
		ledger: e.ledger, own: e.o.Webhook, sender: dispatch.NewSender(dispatch.Options{Now: e.o.Now}), queue: e.queue, faults: rules, ctx: sending, report: e.o.OnError,
		sent: func(s Sent) {
			e.watch.notify(s)
			e.o.Sent(s)
		},
	}
	e.jobs = &jobs{o: e.o, ledger: e.ledger, courier: e.courier, faults: rules, queue: e.queue, report: e.o.OnError}
	if err := e.loadFaults(ctx, rules); err != nil {
		return err
	}
	return e.resume(ctx)
}

func (e *Emulator) newAccount() account {
	seed := e.o.Seed
	if seed == 0 {
		seed = uint64(e.o.Now().UnixNano()) //nolint:gosec // any bits will do
	}
	acct := account{Seed: source(seed), Balance: credits(e.o.Balance), Deposited: credits(e.o.Balance)}
	if w := e.o.Webhook; w != nil {
		acct.Webhook = &hook{URL: w.URL, Secret: e.o.Secret.Reveal(), Own: true}
		for _, event := range webhook.Events() {
			acct.Webhook.Events = append(acct.Webhook.Events, event.Name)
		}
	}
	return acct
}

// loadFaults uses the rules of the options, or else those of an earlier control call.
func (e *Emulator) loadFaults(ctx context.Context, rules *faults) error {
	rules.set(e.o.Faults)
	if len(e.o.Faults) > 0 {
		return nil
	}
	value, ok, err := e.log.Reader().State(ctx, faultsKey)
	if err != nil || !ok {
		return err
	}
	saved, err := parseFaults(value)
	rules.set(saved)
	return err
}

// resume schedules what is due.
func (e *Emulator) resume(ctx context.Context) error {
	e.ledger.mu.Lock()
	_, err := e.ledger.commit(ctx, change{account: e.ledger.account}) // also records what is left of the outbox
	e.ledger.mu.Unlock()
	if err != nil {
		return err
	}
	if err := e.log.Flush(ctx); err != nil {
		return err
	}
	if !e.o.Collect {
		if _, err := e.courier.resume(ctx); err != nil {
			return err
		}
	}
	for _, j := range e.ledger.activeJobs() {
		e.queue.Schedule(jobLane, j.next(), task{job: j.ID})
	}
	return nil
}

// run runs a task that is due.
func (e *Emulator) run(t task) {
	if t.job != "" {
		e.jobs.step(t.job)
		return
	}
	e.courier.send(t)
}

// Now returns what the emulator's clock shows.
func (e *Emulator) Now() time.Time { return e.ledger.clock.Now() }

// Seed returns the seed of ids and durations.
func (e *Emulator) Seed() uint64 { return uint64(e.ledger.snapshot().Seed) }

// Pending returns the number of jobs and deliveries that are not due yet.
func (e *Emulator) Pending() int { return e.queue.Len() }

// Handler returns the HTTP handler of the API and the control API.
func (e *Emulator) Handler() http.Handler { return newHandler(e) }

// Close ends attempts in progress and closes the state. What is still due is sent by the next process.
func (e *Emulator) Close() error {
	var err error
	if e.cancel != nil {
		close(e.done)
		e.cancel()
		e.running.Wait()
		err = e.ledger.saveClock(context.Background(), 0)
		e.courier.sender.Close()
	}
	if e.log != nil {
		err = errors.Join(err, e.log.Close())
	}
	return errors.Join(err, e.lock.Unlock())
}

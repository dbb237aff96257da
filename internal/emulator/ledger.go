package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The keys of the state in the log.
const (
	accountKey = "account"
	outboxKey  = "outbox"
	faultsKey  = "faults"
	jobPrefix  = "job/"
)

// outgoing is a delivery to record.
type outgoing struct {
	ID     webhook.ID     `json:"id"`
	Event  string         `json:"event"`
	About  string         `json:"about"`
	Target string         `json:"target"`
	Header webhook.Header `json:"header"`
	Body   []byte         `json:"body"`
	At     time.Time      `json:"at"`      // when it happened
	SendAt time.Time      `json:"send_at"` // when it is first sent
	Hint   string         `json:"hint"`    // the masked secret
	Bad    bool           `json:"bad"`     // a fault has corrupted the signature
}

// ledger is the emulator's state: a copy in memory of what is in the log. A change is in the log before it is in memory.
type ledger struct {
	log     *store.Log
	clock   *Clock
	collect bool // deliveries are kept and never sent
	report  func(error)

	mu      sync.Mutex
	account account
	active  map[string]*job // those that are not done
	outbox  []outgoing      // deliveries of the last change that are still to be recorded
	savedAt time.Time       // account.Now in the log
}

// change is what one step does: all of it happens, or nothing.
type change struct {
	account    account
	jobs       []*job
	deliveries []outgoing
}

// load reads the state from the log. isNew reports that there is none.
func (l *ledger) load(ctx context.Context) (isNew bool, err error) {
	r := l.log.Reader()
	value, ok, err := r.State(ctx, accountKey)
	if err != nil || !ok {
		return !ok, err
	}
	if err := json.Unmarshal(value, &l.account); err != nil {
		return false, fmt.Errorf("read the emulator's account: %w", err)
	}
	if value, ok, err = r.State(ctx, outboxKey); err != nil {
		return false, err
	}
	if ok {
		if err := json.Unmarshal(value, &l.outbox); err != nil {
			return false, fmt.Errorf("read the emulator's outbox: %w", err)
		}
	}
	jobs, err := l.jobs(ctx)
	for _, j := range jobs {
		if !j.isDone() {
			l.active[j.ID] = j
		}
	}
	return false, err
}

// reader returns a reader that sees everything recorded so far. Otherwise, a busy log may make it wait for a moment only.
func (l *ledger) reader(ctx context.Context) (*store.Reader, error) {
	return l.log.Reader(), l.log.Flush(ctx)
}

// jobs reads all jobs from the log.
func (l *ledger) jobs(ctx context.Context) (all []*job, err error) {
	r, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	states, err := r.States(ctx, jobPrefix)
	for _, s := range states {
		j := &job{}
		if err := json.Unmarshal(s.Value, j); err != nil {
			return nil, fmt.Errorf("read %s: %w", s.Key, err)
		}
		all = append(all, j)
	}
	return all, err
}

// job returns a copy of a job, or nil if there is none.
func (l *ledger) job(ctx context.Context, id string) (*job, error) {
	l.mu.Lock()
	j := l.active[id]
	if j != nil {
		found := *j
		l.mu.Unlock()
		return &found, nil
	}
	l.mu.Unlock()
	r, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	value, ok, err := r.State(ctx, jobPrefix+id)
	if err != nil || !ok {
		return nil, err
	}
	j = &job{}
	return j, json.Unmarshal(value, j)
}

// activeJobs returns the unfinished jobs.
func (l *ledger) activeJobs() []*job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Values(l.active))
}

// snapshot returns the account.
func (l *ledger) snapshot() account {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.account
}

// commit records a change and its deliveries. It returns the deliveries that were recorded. The caller holds mu.
//
// The log takes one delivery at a time. The first one has the whole change with it, and the deliveries after it as the outbox. Each further
// one has the rest of the outbox with it. If the process dies in between, the next one records the rest.
func (l *ledger) commit(ctx context.Context, c change) ([]outgoing, error) {
	made, err := l.flushOutbox(ctx, nil)
	if err != nil {
		return made, err
	}
	c.account.Now = l.clock.Now()
	states, err := c.states()
	if err != nil {
		return made, err
	}
	if len(c.deliveries) == 0 {
		err = l.log.SetState(ctx, states...)
	} else {
		err = l.record(ctx, c.deliveries[0], c.deliveries[1:], states)
	}
	if err != nil {
		return made, err
	}
	l.account, l.savedAt = c.account, c.account.Now
	for _, j := range c.jobs {
		if delete(l.active, j.ID); !j.isDone() {
			l.active[j.ID] = j
		}
	}
	if len(c.deliveries) == 0 {
		return made, nil
	}
	l.outbox = c.deliveries[1:]
	made, err = l.flushOutbox(ctx, append(made, c.deliveries[0]))
	if err != nil { // the change has happened; the next one records the rest
		l.report(err)
	}
	return made, nil
}

// states returns the values to write.
func (c *change) states() ([]store.State, error) {
	value, err := json.Marshal(c.account)
	states := []store.State{{Key: accountKey, Value: value}}
	for _, j := range c.jobs {
		value, jobErr := json.Marshal(j)
		err = errors.Join(err, jobErr)
		states = append(states, store.State{Key: jobPrefix + j.ID, Value: value})
	}
	return states, err
}

// flushOutbox records the deliveries of the outbox, and returns made with them.
func (l *ledger) flushOutbox(ctx context.Context, made []outgoing) ([]outgoing, error) {
	for len(l.outbox) > 0 {
		if err := l.record(ctx, l.outbox[0], l.outbox[1:], nil); err != nil {
			return made, err
		}
		made = append(made, l.outbox[0])
		l.outbox = l.outbox[1:]
	}
	return made, nil
}

// record records one delivery, the outbox after it, and state.
func (l *ledger) record(ctx context.Context, o outgoing, rest []outgoing, state []store.State) error {
	outbox := store.State{Key: outboxKey}
	if len(rest) > 0 {
		value, err := json.Marshal(rest)
		if err != nil {
			return err
		}
		outbox.Value = value
	}
	d := o.delivery()
	extra := store.Extra{State: append(state, outbox)}
	if l.collect {
		d.Status = webhook.StatusSkipped
	} else {
		extra.Due = []store.Due{{Target: o.Target, At: o.SendAt}}
	}
	return l.log.RecordWith(ctx, d, extra)
}

// delivery returns the delivery as the log has it.
func (o *outgoing) delivery() *webhook.Delivery {
	d := &webhook.Delivery{Header: o.Header, Body: o.Body}
	d.ID, d.Event, d.About, d.ReceivedAt = o.ID, o.Event, o.About, o.At
	d.Origin, d.Method, d.Verdict, d.SecretHint = webhook.OriginEmulator, "POST", webhook.VerdictValid, o.Hint
	if o.Bad {
		d.Verdict, d.SecretHint = webhook.VerdictInvalid, ""
	}
	return d
}

// saveClock records what the clock shows, if it has moved by more than a tolerance since. A restart continues there.
func (l *ledger) saveClock(ctx context.Context, tolerance time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clock.Now().Sub(l.savedAt) <= tolerance {
		return nil
	}
	_, err := l.commit(ctx, change{account: l.account})
	return err
}

// erase deletes all jobs and the outbox. The caller holds mu and then commits a new account.
func (l *ledger) erase(ctx context.Context) error {
	r, err := l.reader(ctx)
	if err != nil {
		return err
	}
	states, err := r.States(ctx, "")
	if err != nil {
		return err
	}
	var all []store.State
	for _, s := range states {
		if strings.HasPrefix(s.Key, jobPrefix) || s.Key == outboxKey {
			all = append(all, store.State{Key: s.Key})
		}
	}
	clear(l.active)
	l.outbox = nil
	if len(all) == 0 {
		return nil
	}
	return l.log.SetState(ctx, all...)
}

package relay

import (
	"context"
	"errors"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// faultyLog is a Log and a Backlog that fails as a test's scripts say. Without a script, or if the script returns nil, a method calls the
// real log.
type faultyLog struct {
	Log
	Backlog
	record, add, queue, hold, get testkit.Script
}

func (l *faultyLog) Record(ctx context.Context, d *webhook.Delivery) error {
	if err := testkit.Run(&l.record); err != nil {
		return err
	}
	return l.Log.Record(ctx, d)
}

func (l *faultyLog) AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error) {
	if err := testkit.Run(&l.add); err != nil {
		if errors.Is(err, store.ErrBusy) { // a busy log keeps the attempts and writes them later
			_, _ = l.Log.AddAttempts(id, attempts, due)
		}
		return "", err
	}
	return l.Log.AddAttempts(id, attempts, due)
}

func (l *faultyLog) QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) error {
	if err := testkit.Run(&l.queue); err != nil {
		return err
	}
	return l.Log.QueueAttempts(id, attempts, due)
}

func (l *faultyLog) Hold(due store.Due, from string) error {
	if err := testkit.Run(&l.hold); err != nil {
		return err
	}
	return l.Log.Hold(due, from)
}

func (l *faultyLog) Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error) {
	if err := testkit.Run(&l.get); err != nil {
		return webhook.Delivery{}, err
	}
	return l.Backlog.Get(ctx, id)
}

// startFaulty is start with a faultyLog in front of the real log.
func startFaulty(tb testing.TB, target string, changes ...func(*rigOptions)) (*rig, *faultyLog) {
	tb.Helper()
	log := &faultyLog{}
	r := start(tb, target, append(changes, func(p *rigOptions) {
		log.Log, log.Backlog = p.relay.Log, p.relay.Log.(*store.Log).Reader()
		p.relay.Log, p.relay.Backlog = log, log
	})...)
	return r, log
}

// busy is a fault for testkit.FailingOn.
func busy() error { return store.ErrBusy }

// scriptedSender is a Sender whose results a test defines.
type scriptedSender struct {
	send      func(ctx context.Context, body []byte) webhook.Attempt
	reachable func(ctx context.Context) error
}

func (s *scriptedSender) Send(ctx context.Context, t dispatch.Target, _ webhook.Header, body []byte) dispatch.Result {
	a := s.send(ctx, body)
	a.Target = t.String()
	return dispatch.Result{Attempt: a}
}

func (s *scriptedSender) Reachable(ctx context.Context, _ dispatch.Target) error {
	return s.reachable(ctx)
}

package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Reporter shows the tour while it runs.
type Reporter interface {
	// Start introduces the tour.
	Start()
	// Step shows the heading of a step.
	Step(n int, heading string)
	// Ready reports that deliveries can be received.
	Ready(url, forward, verify string, secret webhook.Secret)
	// Sent shows a delivery and its outcome.
	Sent(webhook.Delivery)
	// Explain shows why a delivery was refused, and how to fix it.
	Explain(cause, fix string)
	// List shows the delivery log.
	List([]webhook.Summary)
	// StepFailed reports that a step had another result than expected.
	StepFailed(n int, reason string)
	// Finish reports how many steps passed.
	Finish(passed, all int)
}

// Options configures Run.
type Options struct {
	Dir      string // an empty directory for the delivery log; the caller removes it
	Now      func() time.Time
	Random   io.Reader
	Reporter Reporter
}

// Run runs the tour and reports whether every step passed. It returns an error if the handler or the listener cannot start.
func Run(ctx context.Context, o Options) (allPassed bool, err error) {
	t := &tour{o: o}
	o.Reporter.Start()
	o.Reporter.Step(1, "Start a handler that verifies signatures, with listen in front of it")
	err = t.open(ctx)
	defer t.close()
	if err != nil {
		return false, err
	}
	steps := []struct {
		heading string
		do      func(context.Context) error
	}{
		{"A render job of an emulated Vidiking sends three events", t.render},
		{"A body is modified in transit", t.sendModified},
		{"A handler compares against bare hex, as Vidiking's sample code does", t.sendToBareHexHandler},
		{"The handler is fixed; the same bytes are replayed", t.replayToFixedHandler},
		{"Everything is in the delivery log", t.list},
	}
	passed := 1 // the first step
	for i, step := range steps {
		n := i + 2
		o.Reporter.Step(n, step.heading)
		if err := step.do(ctx); err != nil {
			o.Reporter.StepFailed(n, err.Error())
			continue
		}
		passed++
	}
	o.Reporter.Finish(passed, len(steps)+1)
	return passed == len(steps)+1, nil
}

// expect returns an error unless the delivery has the wanted status.
func expect(d webhook.Delivery, want webhook.Status) error {
	if d.Status != want {
		return fmt.Errorf("%s (%s) is %s, expected %s", d.ID, d.Event, d.Status, want)
	}
	return nil
}

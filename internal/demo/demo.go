package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Teller shows the story as it happens.
type Teller interface {
	// Begin says what is to come.
	Begin()
	// Step begins a step with its heading.
	Step(n int, heading string)
	// Ready says that deliveries can come in.
	Ready(url, forward, verify string, secret webhook.Secret)
	// Sent shows a delivery and what came of it.
	Sent(webhook.Delivery)
	// Because says why a delivery was refused, and what mends it.
	Because(cause, mend string)
	// List shows the log.
	List([]webhook.Summary)
	// Wrong says that a step did not do what it says.
	Wrong(n int, what string)
	// End says how many steps did what they say.
	End(right, all int)
}

// Options is what the story is made of.
type Options struct {
	Dir    string // an empty directory, for the delivery log; the caller removes it
	Now    func() time.Time
	Random io.Reader
	Teller Teller
}

// Run tells the story. It returns whether every step did what it says; an error means that a part could not even be started.
func Run(ctx context.Context, o Options) (bool, error) {
	s := &story{o: o}
	o.Teller.Begin()
	o.Teller.Step(1, "A handler that checks signatures, and listen in front of it")
	err := s.open(ctx)
	defer s.close()
	if err != nil {
		return false, err
	}
	steps := []struct {
		heading string
		do      func(context.Context) error
	}{
		{"A render job sends three events", s.sendRender},
		{"Someone changes a body on the way", s.sendTampered},
		{"Now a handler that compares with the bare hex, as Vidiking's samples do", s.sendToNaive},
		{"The handler is mended, the same bytes are sent again", s.replayMended},
		{"All of it is in the log", s.list},
	}
	right := 1 // the first one stands
	for i, step := range steps {
		n := i + 2
		o.Teller.Step(n, step.heading)
		if err := step.do(ctx); err != nil {
			o.Teller.Wrong(n, err.Error())
			continue
		}
		right++
	}
	o.Teller.End(right, len(steps)+1)
	return right == len(steps)+1, nil
}

// expect is an error unless the delivery's status is what the story says.
func expect(d webhook.Delivery, want webhook.Status) error {
	if d.Status != want {
		return fmt.Errorf("%s %s is %s, not %s", d.ID, d.Event, d.Status, want)
	}
	return nil
}

package conformance

import (
	"context"
	"fmt"
	"time"
)

// Effects counts what the handler has done, for example the rows in its database.
type Effects interface {
	// Count returns the number of effects so far.
	Count(ctx context.Context) (int, error)
}

// The times to wait for effects, because handlers respond first and work later.
const (
	effectEvery  = 50 * time.Millisecond
	effectWithin = 2 * time.Second // for the first effect
	effectQuiet  = 300 * time.Millisecond
)

// effects returns the number of effects, or 0 if they are not observable.
func (t *trial) effects() int {
	if t.run.options.Effects == nil || t.err != nil {
		return 0
	}
	n, err := t.run.options.Effects.Count(t.ctx)
	if err != nil {
		t.err = err
	}
	return n
}

// settledEffects waits until there are more effects than before, and then until no more are added.
func (t *trial) settledEffects(before int) int {
	if t.run.options.Effects == nil {
		return 0
	}
	n, waited, quiet := before, time.Duration(0), time.Duration(0)
	for t.err == nil {
		now := t.effects()
		if now != n {
			n, quiet = now, 0
		}
		if n != before && quiet >= effectQuiet || waited >= effectWithin {
			break
		}
		select {
		case <-time.After(effectEvery):
		case <-t.ctx.Done():
			t.err = t.ctx.Err()
		}
		waited, quiet = waited+effectEvery, quiet+effectEvery
	}
	return n
}

// expectEffects checks the number of effects since before. The text says what has how many of them.
func (t *trial) expectEffects(before, want int, text string) {
	if t.run.options.Effects == nil {
		t.notes = append(t.notes, notObservable)
		return
	}
	if t.err != nil || hasUnmet(t.checks) {
		return
	}
	n := t.settledEffects(before) - before
	text = fmt.Sprintf(text, countEffects(n))
	if n == want {
		t.notes = append(t.notes, "The handler "+text+".")
		return
	}
	t.checks = append(t.checks, check{unmet, Should, text, ""})
}

// expectNotUndone checks that the number of effects has not become smaller.
func expectNotUndone(t *trial, before int) {
	if t.run.options.Effects == nil {
		t.notes = append(t.notes, notObservable)
		return
	}
	if n := t.settledEffects(before); t.err == nil && n < before {
		t.checks = append(t.checks, check{unmet, Should, fmt.Sprintf("undoes an effect of render.complete when render.queued arrives late: %d, then %d", before, n), ""})
	}
}

func countEffects(n int) string {
	if n == 1 {
		return "1 effect"
	}
	return fmt.Sprintf("%d effects", n)
}

func hasUnmet(all []check) bool {
	for _, c := range all {
		if c.state != met {
			return true
		}
	}
	return false
}

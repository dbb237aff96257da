package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
)

// requestTracker numbers the requests of one kind. Responses to earlier requests are recognized as outdated.
type requestTracker struct {
	latest int
	cancel context.CancelFunc
	busy   bool // the latest request has no response yet
	repeat bool // start another request after the response
}

// begin starts a request and cancels the previous one.
func (a *requestTracker) begin(ctx context.Context) (context.Context, int) {
	if a.cancel != nil {
		a.cancel()
	}
	ctx, a.cancel = context.WithCancel(ctx)
	a.latest++
	a.busy, a.repeat = true, false
	return ctx, a.latest
}

// finish ends request n. It returns false if a later request has been started.
func (a *requestTracker) finish(n int) (ok bool) {
	if n != a.latest {
		return false
	}
	a.busy = false
	a.cancel()
	return true
}

// throttle limits how often the log is read. The first changes after a quiet period are shown within a frame. During a stream of
// changes, ten reads per second are enough for a reader and leave the CPU to the relay.
type throttle struct {
	lastChange time.Time
	streak     int
}

const (
	frameTime  = 33 * time.Millisecond // at most 30 frames per second
	streamTime = 100 * time.Millisecond
	quietTime  = 250 * time.Millisecond
	streakFrom = 5
)

func (p *throttle) changed(now time.Time) {
	if now.Sub(p.lastChange) > quietTime {
		p.streak = 0
	}
	p.streak++
	p.lastChange = now
}

func (p *throttle) delay() time.Duration {
	if p.streak >= streakFrom {
		return streamTime
	}
	return frameTime
}

// sleep waits for d. It returns false if the screen ends first.
func sleep(ctx context.Context, d time.Duration) (ok bool) {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// do returns a command that runs f. A panic in f ends only the screen.
func (m *Model) do(f func(context.Context) tea.Msg) tea.Cmd { return m.doIn(m.ctx, f) }

func (m *Model) doIn(ctx context.Context, f func(context.Context) tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = bugMsg{newPanicError(r)}
			}
		}()
		return f(ctx)
	}
}

// asError is errors.As for a condition.
func asError[T any](err error, target *T) bool { return errors.As(err, target) }

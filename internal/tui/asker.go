package tui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"
)

// asker numbers the questions of one kind, so that an answer to an older one is known as late.
type asker struct {
	n      int
	cancel context.CancelFunc
	busy   bool // the newest has no answer yet
	again  bool // and is to be asked once more then
}

// next begins a question and gives the one before up.
func (a *asker) next(ctx context.Context) (context.Context, int) {
	if a.cancel != nil {
		a.cancel()
	}
	ctx, a.cancel = context.WithCancel(ctx)
	a.n++
	a.busy, a.again = true, false
	return ctx, a.n
}

// answered takes an answer; ok is false where it is late.
func (a *asker) answered(n int) (ok bool) {
	if n != a.n {
		return false
	}
	a.busy = false
	a.cancel()
	return true
}

// pace says how soon the log is looked at again. The first changes after a quiet time show within a frame; under a stream of them ten
// looks a second are as much as anybody reads, and leave the machine to the relay.
type pace struct {
	last   time.Time
	streak int
}

const (
	frameTime  = 33 * time.Millisecond // thirty frames a second at most
	streamTime = 100 * time.Millisecond
	quietTime  = 250 * time.Millisecond
	streakFrom = 5
)

func (p *pace) changed(now time.Time) {
	if now.Sub(p.last) > quietTime {
		p.streak = 0
	}
	p.streak++
	p.last = now
}

func (p *pace) rest() time.Duration {
	if p.streak >= streakFrom {
		return streamTime
	}
	return frameTime
}

// rest waits; ok is false where the screen went away meanwhile.
func rest(ctx context.Context, d time.Duration) (ok bool) {
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

// do is a command that cannot take the program down: a bug in it ends the screen alone.
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

// as is errors.As, which reads better in a condition here.
func as[T any](err error, target *T) bool { return errors.As(err, target) }

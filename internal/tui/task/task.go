// Package task runs work outside the screen's goroutine: requests that can become outdated, and waits.
package task

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
)

// PanicError is a panic that ended the screen.
type PanicError struct {
	Value any
	Stack []byte
}

// NewPanicError returns the error of a recovered panic.
func NewPanicError(value any) *PanicError { return &PanicError{value, debug.Stack()} }

// Error describes the panic.
func (e *PanicError) Error() string { return fmt.Sprintf("the screen crashed: %v", e.Value) }

// PanicMsg reports a panic in a task. It ends only the screen.
type PanicMsg struct{ Err *PanicError }

// Runner starts tasks. Its context is done when the screen ends.
type Runner struct{ Context context.Context }

// Do returns a command that runs f.
func (r Runner) Do(f func(context.Context) tea.Msg) tea.Cmd { return Run(r.Context, f) }

// After returns a command that runs f after d, unless the screen ends first.
func (r Runner) After(d time.Duration, f func(context.Context) tea.Msg) tea.Cmd {
	return r.Do(func(ctx context.Context) tea.Msg {
		if !Sleep(ctx, d) {
			return nil
		}
		return f(ctx)
	})
}

// Run returns a command that runs f with a context.
func Run(ctx context.Context, f func(context.Context) tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = PanicMsg{NewPanicError(r)}
			}
		}()
		return f(ctx)
	}
}

// Tracker numbers the requests of one kind. Responses to earlier requests are recognized as outdated.
type Tracker struct {
	latest int
	cancel context.CancelFunc
	Busy   bool // the latest request has no response yet
	Repeat bool // start another request after the response
}

// Begin starts a request and cancels the previous one.
func (a *Tracker) Begin(ctx context.Context) (context.Context, int) {
	if a.cancel != nil {
		a.cancel()
	}
	ctx, a.cancel = context.WithCancel(ctx)
	a.latest++
	a.Busy, a.Repeat = true, false
	return ctx, a.latest
}

// Finish ends request n. It returns false if a later request has been started.
func (a *Tracker) Finish(n int) (ok bool) {
	if n != a.latest {
		return false
	}
	a.Busy = false
	a.cancel()
	return true
}

// Drop ignores the response of the latest request.
func (a *Tracker) Drop() { a.latest++ }

// Sleep waits for d. It returns false if the screen ends first.
func Sleep(ctx context.Context, d time.Duration) (ok bool) {
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

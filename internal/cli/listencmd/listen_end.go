package listencmd

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// leave ends in order, whatever the end is for.
func (l *listener) leave(ctx context.Context, interrupts <-chan os.Signal, cause error) error {
	if err := l.drain(ctx, interrupts); err != nil {
		return err
	}
	switch {
	case cause != nil:
		return cause
	case !l.started:
		l.printer.ClosingLine("Stopped before there was a tunnel.")
		return nil
	default:
		return l.verdict(ctx)
	}
}

// drain finishes what is under way, then says what the session did. A second interrupt gives up what is under way, and a view that
// nobody reads.
func (l *listener) drain(ctx context.Context, interrupts <-chan os.Signal) error {
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = l.finish(ctx)
	}()
	select {
	case <-done:
		l.finished = true
		return err
	case <-interrupts:
	}
	l.registrar.stop()
	l.relay.Abort()
	patience := time.NewTimer(lastWords)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	}
	return cmdutil.ErrSilent{Code: cmdutil.ExitInterrupted}
}

// lastWords is how long an aborted session may take to record what it gave up, and to say so. It takes milliseconds, but for a machine
// that is very busy, or a view that nobody reads.
const lastWords = 3 * time.Second

// finish puts back what was registered, so that what comes from now on goes there; then it waits for the answers that are under way,
// and for the view to show them.
func (l *listener) finish(ctx context.Context) error {
	left := l.putBack()
	l.awaitMend()
	l.relay.Drain()
	if l.started {
		l.view.Draining(l.underWay(ctx))
	}
	if l.outside != nil {
		_ = l.outside.Shutdown(ctx)
	}
	_ = l.server.Shutdown(ctx) // without a deadline they end when the last answer is out
	l.relay.Close()
	if err := l.log.Flush(ctx); err != nil {
		return err
	}
	if l.started {
		l.view.Stop(l.relay.Tally().Counts(), l.relay.Held())
	}
	return left
}

// underWay counts the attempts that the end waits for. Held deliveries are left to the next session.
func (l *listener) underWay(ctx context.Context) int {
	_ = l.log.Flush(ctx) // a log that can't be written has been reported
	unsent, _ := l.log.Reader().CountPending(ctx)
	n := 0
	for _, u := range unsent {
		if u.Session == l.session.Info().ID {
			n += u.Unknown
		}
	}
	return n
}

// Close lets go of everything that was opened, last first.
func (l *listener) Close() error {
	var errs []error
	if l.command != nil && l.command.cmd.Process != nil {
		l.command.end()
	}
	if l.readyFile != "" {
		errs = append(errs, atomicfile.Remove(l.readyFile))
	}
	l.stopWaiting()
	l.waitReport.Discard()
	l.awaitMend()
	l.letGo()
	if l.session != nil {
		errs = append(errs, l.session.Close())
	}
	l.closeTunnel()
	if l.ln != nil {
		_ = l.server.Close()
	}
	if l.relay != nil {
		l.relay.Abort()
		l.relay.Close()
		l.sender.Close()
	}
	if l.view != nil {
		l.view.Close()
	}
	if l.log != nil {
		errs = append(errs, l.log.Close())
	}
	return errors.Join(errs...)
}

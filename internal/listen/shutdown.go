package listen

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// shutdown drains the session and returns the error that the command ends with.
func (s *Session) shutdown(ctx context.Context, interrupts <-chan os.Signal, cause error) error {
	if err := s.Drain(ctx, interrupts); err != nil {
		return err
	}
	switch {
	case cause != nil:
		return cause
	case !s.display.started:
		s.display.printer.ClosingLine("Stopped before the tunnel was open.")
		return nil
	default:
		return s.verdict(ctx)
	}
}

// abortGrace is the time that an aborted session has to record and print the deliveries it gave up. This takes milliseconds, unless the machine
// is under heavy load or the output is not read.
const abortGrace = 3 * time.Second

// Drain finishes the deliveries in flight and prints a summary. An interrupt aborts them and limits the wait for the view to abortGrace.
func (s *Session) Drain(ctx context.Context, interrupts <-chan os.Signal) error {
	done := make(chan struct{})
	var err error
	go func() {
		defer close(done)
		err = s.drain(ctx)
	}()
	select {
	case <-done:
		s.account.released = true
		return err
	case <-interrupts:
	}
	s.account.registrar.stop()
	s.relay.Abort()
	s.handler.kill()
	timeout := time.NewTimer(abortGrace)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
	}
	return output.ErrSilent{Code: output.ExitInterrupted}
}

// drain first restores the account's webhook, to send new deliveries there. Then it waits for the responses in flight and until the view
// has shown them.
func (s *Session) drain(ctx context.Context) error {
	restoreErr := errors.Join(s.emulator.stop(), s.account.restoreWebhook(&s.display))
	s.account.awaitRecovery()
	s.relay.Drain()
	if s.display.started {
		s.display.view.Draining(s.log.inFlight(ctx, s.announce.Info().ID)) // held deliveries are left to the next session
	}
	s.ingress.shutdown(ctx)
	s.relay.Close()
	s.handler.stop() // its last lines precede the summary
	if err := s.log.Flush(ctx); err != nil {
		return err
	}
	if s.display.started {
		s.display.view.Stop(s.relay.Tally().Counts(), s.relay.Held())
	}
	return restoreErr
}

// Close releases everything that Open and Run opened, in reverse order. After an error or an abort, it also restores the account's webhook.
func (s *Session) Close() error {
	var errs []error
	s.child.close()
	s.handler.close()
	_ = s.emulator.stop() // drain has returned the error; after a failed start, its temporary state does not matter
	if s.display.readyFile != "" {
		errs = append(errs, atomicfile.Remove(s.display.readyFile))
	}
	s.wait.stop()
	s.wait.report.Discard()
	s.account.awaitRecovery()
	s.account.forceRelease()
	if s.announce != nil {
		errs = append(errs, s.announce.Close())
	}
	s.tunnel.close(&s.ingress)
	s.ingress.close()
	if s.relay.Relay != nil {
		s.relay.Abort()
		s.relay.Close()
		s.relay.sender.Close()
	}
	if s.display.view != nil {
		s.display.view.Close()
	}
	errs = append(errs, s.display.jsonFile.close())
	if s.log.Log != nil {
		errs = append(errs, s.log.Close())
	}
	return errors.Join(errs...)
}

package listen

import (
	"context"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/listen/rows"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sessionView shows the deliveries and notices of a session. Its goroutines read the log, so it never blocks the relay.
type sessionView interface {
	Start(ready output.Ready, notices []output.Notice)
	Notify(n relay.Notice)
	Say(n output.Notice)
	// Left returns a channel that is closed when the user leaves the view, which ends the session.
	Left() <-chan struct{}
	Draining(responses int)
	Stop(c relay.Counts, held int)
	Close()
}

// sessionDisplay is the output of a session.
type sessionDisplay struct {
	printer    output.Printer // of the view
	around     output.Printer // prints what precedes and follows the view
	view       sessionView
	jsonFile   *jsonFile   // nil without --json-file
	started    bool        // the view is started
	handlersUp atomic.Bool // every handler was up at the start
	readyFile  string      // that was written; empty if none was

	handlerOutput func(line string) // shows a line of the handler of --run
}

// buildView creates the screen if the user asked for it and there is a terminal for it, else lines. The JSON file gets all deliveries,
// also those that the lines omit.
func (s *Session) buildView(ctx context.Context, out output.Options) error {
	started := s.o.System.Now()
	options := func(ctx context.Context, p output.Printer) rows.Options {
		return rows.Options{
			Printer: p, Style: out.Style, Feed: s.log.Reader(), Session: s.announce.Info().ID,
			IsResumed: func(id webhook.ID) bool { return s.relay.IsResumed(id) },
			Started:   started, Now: s.o.System.Now, Path: s.o.Ingress.Path, Filter: s.o.View.Filter,
			Explainer: s.o.Secrets.Explainer, Verbose: s.o.System.Verbose,
			Diagnose: func(d webhook.Delivery, work int64) signature.Diagnosis { return s.o.Secrets.Diagnose(ctx, d, work) },
		}
	}
	lines := func(ctx context.Context) (*rows.View, error) {
		o := options(ctx, s.display.printer)
		if isText := out.Format != output.FormatJSON; isText {
			o.Quiet = out.Quiet
			if s.child != nil {
				o.Hides = isShownBySender
			}
		}
		return rows.New(ctx, o)
	}
	if err := s.buildMainView(ctx, out, lines); err != nil {
		return err
	}
	return s.addJSONFile(ctx, func(ctx context.Context, p output.Printer) (*rows.View, error) {
		return rows.New(ctx, options(ctx, p))
	})
}

// buildMainView creates the view on the terminal.
func (s *Session) buildMainView(ctx context.Context, out output.Options, lines func(context.Context) (*rows.View, error)) error {
	if s.o.View.TUI {
		reason := s.o.View.Screen.Unavailable
		if s.child != nil {
			reason = "the command uses it"
		}
		if reason == "" {
			screen, err := newScreen(ctx, s, out, lines)
			if err != nil {
				return err
			}
			s.display.view = screen
			return nil
		}
		s.display.around.Warning("no_screen", "--tui needs a terminal, but "+reason+". Printing lines instead.", nil)
	}
	live, err := lines(ctx)
	if err != nil {
		return err
	}
	s.display.view, s.display.handlerOutput = live, live.HandlerOutput
	return nil
}

// isShownBySender reports whether a delivery is from a trigger or replay, which shows it itself. If a command runs, both would print to the
// same terminal or log.
func isShownBySender(s webhook.Summary) bool {
	return s.Origin == webhook.OriginTrigger || s.Origin == webhook.OriginReplay
}

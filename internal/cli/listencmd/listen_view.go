package listencmd

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/cli/watchcmd"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sessionView shows what a session does. It reads the log in goroutines of its own, so that nothing it waits for keeps the relay waiting.
type sessionView interface {
	Start(ready output.Ready, notices []output.Notice)
	Notify(n relay.Notice)
	Say(n output.Notice)
	// Left is closed when the user has left the view, which ends the session.
	Left() <-chan struct{}
	Draining(answers int)
	Stop(c relay.Counts, held int)
	Close()
}

// buildView makes the view that was asked for, as far as there is a terminal for it.
func (l *listener) buildView(ctx context.Context, out output.Options) error {
	started := l.app.W.Now()
	lines := func(ctx context.Context) (*output.Live, error) {
		return output.NewLive(ctx, output.LiveOptions{
			Printer: l.printer, Style: out.Style, Feed: l.log.Reader(), Session: l.session.Info().ID, IsResumed: l.isResumed, Started: started, Now: l.app.W.Now, Path: l.o.path, Filter: l.o.filter,
			Verbose: l.app.Flags.Verbose, Quiet: out.Quiet && out.Format != output.FormatJSON,
			Diagnose: func(d webhook.Delivery, work int64) signature.Diagnosis { return l.diagnose(ctx, d, work) },
		})
	}
	if l.o.tui {
		why := watchcmd.NoScreen(l.app)
		if l.command != nil {
			why = "the command has it"
		}
		if why == "" {
			s, err := l.newScreen(ctx, out, lines)
			if err != nil {
				return err
			}
			l.view = s
			return nil
		}
		l.printer.Warning("no_screen", "--tui needs a terminal, and "+why+": lines follow", nil)
	}
	live, err := lines(ctx)
	if err != nil {
		return err
	}
	l.view = live
	return nil
}

func (l *listener) isResumed(id webhook.ID) bool { return l.relay.IsResumed(id) }

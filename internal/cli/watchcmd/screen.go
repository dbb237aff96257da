package watchcmd

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ScreenLog is the delivery log of a screen. It has its own readers.
type ScreenLog struct {
	*view.StoreLog
	counts *store.Reader

	state atomic.Pointer[view.State] // the last state of the listen that could be read

	mu       sync.Mutex
	handlers handlersState
}

// handlersState is the state of a session's handlers when the log was at a cursor.
type handlersState struct {
	cursor  int64
	session string
	seen    map[string]view.Seen // by target
}

// OpenScreenLog opens the log in a directory, which may not exist yet. If this process also writes the log, own is the reader of that log.
func OpenScreenLog(a *cmdutil.App, dir string, own *store.Reader) (_ *ScreenLog, closeAll func(), err error) {
	var all [3]*store.Reader
	for i := range all {
		if all[i], err = store.LazyReader(dir); err != nil {
			return nil, nil, err
		}
	}
	r := view.Readers{Wait: own, Pages: all[0], Details: all[1], Counts: all[2]}
	if own == nil {
		r.Wait = r.Pages
	}
	log := view.NewStoreLog(r, a.Env.Now)
	if log.Project, err = cmdutil.Project(a); err != nil {
		return nil, nil, err
	}
	return &ScreenLog{StoreLog: log, counts: r.Counts}, func() {
		for _, r := range all {
			_ = r.Close() // read only
		}
	}, nil
}

// ScreenOptions returns the options that all screens share.
func ScreenOptions(a *cmdutil.App, out output.Options, log view.Log) tui.Options {
	return tui.Options{
		Log: log, Tools: screenTools(a), Samples: screenSamples(), Now: a.Env.Now, Style: out.Style, Color: out.Color, CanSuspend: a.Env.GOOS != "windows",
		Input: a.Env.Stdin, Output: a.Env.Stdout, Environment: terminalEnvironment(a),
	}
}

// terminalEnvironment returns the environment variables that describe the terminal.
func terminalEnvironment(a *cmdutil.App) []string {
	var env []string
	for _, name := range []string{"TERM", "TERM_PROGRAM", "COLORTERM", "SSH_TTY", "WT_SESSION", "TMUX", "STY", "LANG", "LC_ALL", "LC_CTYPE"} {
		if v, ok := a.Env.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// screenSamples returns the events and scenarios that the screen can trigger.
func screenSamples() []view.Sample {
	var all []view.Sample
	for _, e := range webhook.Events() {
		all = append(all, view.Sample{Name: e.Name, Description: e.When})
	}
	for _, s := range sample.Scenarios() {
		all = append(all, view.Sample{Name: s.Name, Description: s.Summary})
	}
	return all
}

// NewDeliver returns a deliver function that resolves the destination for each send, because a listen may have started or ended.
func NewDeliver(a *cmdutil.App, flags cmdutil.SendFlags) deliver {
	return func(ctx context.Context, s Sendable) (webhook.Summary, error) {
		r, err := cmdutil.NewResolver(a, flags)
		if err != nil {
			return webhook.Summary{}, err
		}
		to, err := s.destination(r)
		if err != nil {
			return webhook.Summary{}, err
		}
		defer func() { _ = to.Close() }() // every send waited until its delivery was in the log
		if err := to.Open(ctx, s.checks); err != nil {
			return webhook.Summary{}, err
		}
		if err := to.OpenErr(); err != nil {
			return webhook.Summary{}, cmdutil.ExplainLog(a, err)
		}
		out, err := to.Send(ctx, s.Arrival)
		return OutcomeSummary(out), err
	}
}

package cli

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tui"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// screenLog is the delivery log of a screen, with connections of its own.
type screenLog struct {
	*view.StoreLog
	counts *store.Reader

	state atomic.Pointer[view.State] // of the listen, when the sessions could last be read

	mu   sync.Mutex
	seen handlerSight
}

// screenLog reads the log in a directory, which need not be there yet. Own is the reader of the log that this process writes, if it
// does.
func (a *app) screenLog(dir string, own *store.Reader) (_ *screenLog, closeAll func(), err error) {
	var all [3]*store.Reader
	for i := range all {
		if all[i], err = store.LaterReader(dir); err != nil {
			return nil, nil, err
		}
	}
	r := view.Readers{Wait: own, Pages: all[0], Details: all[1], Counts: all[2]}
	if own == nil {
		r.Wait = r.Pages
	}
	log := view.NewStoreLog(r, a.w.Now)
	if log.Project, err = a.project(); err != nil {
		return nil, nil, err
	}
	return &screenLog{StoreLog: log, counts: r.Counts}, func() {
		for _, r := range all {
			_ = r.Close() // it was read from
		}
	}, nil
}

// screenOptions is what is the same for every screen.
func (a *app) screenOptions(out output.Options, log view.Log) tui.Options {
	return tui.Options{
		Log: log, Tools: a.screenTools(), Samples: screenSamples(), Now: a.w.Now, Style: out.Style, Color: out.Color, Suspend: a.w.GOOS != "windows",
		Input: a.w.Stdin, Output: a.w.Stdout, Environment: a.terminalEnvironment(),
	}
}

// terminalEnvironment is what tells of the terminal.
func (a *app) terminalEnvironment() []string {
	var env []string
	for _, name := range []string{"TERM", "TERM_PROGRAM", "COLORTERM", "SSH_TTY", "WT_SESSION", "TMUX", "STY", "LANG", "LC_ALL", "LC_CTYPE"} {
		if v, ok := a.w.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// screenSamples is what can be triggered.
func screenSamples() []view.Sample {
	var all []view.Sample
	for _, e := range webhook.Events() {
		all = append(all, view.Sample{Name: e.Name, What: e.When})
	}
	for _, s := range sample.Scenarios() {
		all = append(all, view.Sample{Name: s.Name, What: s.Summary})
	}
	return all
}

// delivering sends by the destination that there is at the time: a listen may have come or gone.
func (a *app) delivering(o sendOptions) deliver {
	return func(ctx context.Context, s sendable) (webhook.Summary, error) {
		f, err := a.destinations(o)
		if err != nil {
			return webhook.Summary{}, err
		}
		to, err := s.destination(f)
		if err != nil {
			return webhook.Summary{}, err
		}
		defer func() { _ = to.close() }() // what was sent is in the log: each sending waited for it
		if err := to.open(ctx, s.checks); err != nil {
			return webhook.Summary{}, err
		}
		if to.lost != nil {
			return webhook.Summary{}, a.cannotRecord(to.lost)
		}
		out, err := to.send(ctx, s.arrival)
		return outcomeSummary(out), err
	}
}

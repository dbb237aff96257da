package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// lookAtTunnel checks whether the tunnel that listen would use can be opened. If a listen has it open already, that is proof enough.
func lookAtTunnel(ctx context.Context, a *cmdutil.App) []doctor.Finding {
	w, err := listen.ChooseProvider(cmdutil.Machine(a), a.Cfg)
	if err != nil {
		return tunnelTrouble(cmdutil.Explain(a, err))
	}
	if w.Check == nil {
		return []doctor.Finding{{State: doctor.OK, Message: w.Name + w.Note}}
	}
	if url, ok := openTunnel(a, w.Name); ok {
		return []doctor.Finding{{State: doctor.OK, Message: fmt.Sprintf("%s%s; a running listen has one open: %s", w.Name, w.Note, url)}}
	}
	if err := w.Check(ctx); err != nil {
		return tunnelTrouble(cmdutil.Explain(a, &listen.TunnelError{Provider: w, Err: err}))
	}
	return []doctor.Finding{{State: doctor.OK, Message: w.Name + w.Note + "; " + w.Server + " responds"}}
}

// openTunnel returns the public URL of a running listen that has such a tunnel.
func openTunnel(a *cmdutil.App, name string) (url string, ok bool) {
	dir, err := a.DataDir()
	if err != nil {
		return "", false
	}
	live, err := session.Live(dir)
	if err != nil {
		return "", false
	}
	for _, s := range live {
		if s.Tunnel == name && s.PublicURL != "" && s.State == session.StateReady {
			return s.PublicURL, true
		}
	}
	return "", false
}

func tunnelTrouble(f *cmdutil.Failure) []doctor.Finding {
	return []doctor.Finding{{State: doctor.Failed, Message: f.What, Details: f.Detail, Hint: strings.Join(f.Hints, "\n")}}
}

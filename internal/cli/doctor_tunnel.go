package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// lookAtTunnel looks whether the way in that listen would take could be opened. Where one is open already, that is the best proof.
func (a *app) lookAtTunnel(ctx context.Context) []doctor.Finding {
	w, err := a.chooseWay(a.cfg)
	if err != nil {
		return tunnelTrouble(a.explain(err))
	}
	if w.check == nil {
		return []doctor.Finding{{State: doctor.OK, Message: w.name + w.note}}
	}
	if url, ok := a.openTunnel(w.name); ok {
		return []doctor.Finding{{State: doctor.OK, Message: fmt.Sprintf("%s%s; a listen has one open: %s", w.name, w.note, url)}}
	}
	if err := w.check(ctx); err != nil {
		return tunnelTrouble(a.explain(&tunnelError{way: w, err: err}))
	}
	return []doctor.Finding{{State: doctor.OK, Message: w.name + w.note + "; " + w.server + " answers"}}
}

// openTunnel is the public URL of a listen here that has such a tunnel.
func (a *app) openTunnel(name string) (url string, ok bool) {
	dir, err := a.dataDir()
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

func tunnelTrouble(f *failure) []doctor.Finding {
	return []doctor.Finding{{State: doctor.Failed, Message: f.what, Details: f.detail, Hint: strings.Join(f.hint, "\n")}}
}

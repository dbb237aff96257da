package listen

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
)

// readyBlock returns the ready block. base is the URL without its path.
func readyBlock(s *Session, base string) output.Ready {
	r := output.Ready{
		URL: base + s.o.Ingress.Path, Forward: forwardRoutes(s.o.Handler.Routes, nil), Verify: string(s.o.Ingress.Verify), DataDir: s.o.Log.Dir,
		Events: s.o.Handler.Events, Tunnel: s.o.Provider.Name, TunnelNote: s.o.Provider.Note,
	}
	if s.handler != nil {
		r.Run = s.handler.command
	}
	r.Register, r.Restores = s.account.registrar.ready()
	if !s.o.Provider.isLocal() {
		r.Local = s.ingress.url()
	} else if s.ingress.portChanged {
		r.URLNote = " (" + s.o.Ingress.Addr + " is already in use)"
	}
	addSecret(&r, s)
	if s.emulator != nil {
		r.API = s.emulator.URL
	}
	if s.child == nil && r.API != "" {
		r.Next = append(r.Next, output.Suggestion{Text: "Point your program at the emulator:", Command: "export " + strings.Join(s.emulator.environment(), " ")})
	}
	if s.child == nil { // a command sends deliveries itself
		r.Next = append(r.Next, output.Suggestion{Text: "Send your first event from another terminal:", Command: "vidiking trigger render.complete"})
	}
	return r
}

// addSecret adds to the ready block what the user should know about the secret.
func addSecret(r *output.Ready, s *Session) {
	if s.o.Ingress.Verify != relay.VerifyOff {
		r.VerifyNote = ", with " + s.secret.String()
	}
	if s.secret.lenient {
		r.VerifyNote = " (your account's secret is unknown, so nothing is rejected)"
		r.Next = append(r.Next, output.Suggestion{Text: "To reject other deliveries, set that secret:", Command: "vidiking config set webhook-secret"})
	}
	if !s.o.Provider.isLocal() {
		return
	}
	if s.secret.IsNew {
		r.VerifyNote += " (generated just now)"
	}
	if s.secret.missing && s.handler == nil {
		r.Next = append(r.Next, output.Suggestion{Text: "Your handler needs the secret:", Command: s.o.Secrets.Command})
	}
}

// forwardRoutes returns the routes as the ready block shows them. It marks targets that are down.
func forwardRoutes(routes []relay.Route, down []dispatch.Target) []output.Route {
	var shown []output.Route
	for _, r := range routes {
		out := output.Route{Events: r.Events, Target: r.Target.String()}
		if slices.ContainsFunc(down, func(t dispatch.Target) bool { return t.String() == out.Target }) {
			out.Note = " (not reachable yet)"
		}
		shown = append(shown, out)
	}
	return shown
}

// startNotices returns the notices to print after the ready block.
func startNotices(s *Session) []output.Notice {
	ns := slices.Clone(s.o.View.Notices)
	if s.o.Handler.Retry != nil && !s.o.Provider.isLocal() && s.o.Ingress.Respond == relay.RespondHandler {
		ns = append(ns, output.Notice{
			Code: "retried_twice", Hint: "--respond ack",
			Message: "Vidiking retries what your handler refuses, and so does this listen. Your handler may get a delivery twice.",
			Details: []string{"To let only listen retry: --respond ack"},
		})
	}
	return append(ns, s.backlog.notices()...)
}

// clear removes the ready file that a killed session left behind. Otherwise a reader could mistake it for this session's.
func (f ReadyFile) clear() error {
	if f.Path == "" {
		return nil
	}
	err := atomicfile.CheckRegular(f.Path)
	if err == nil {
		err = atomicfile.Remove(f.Path)
	}
	return f.wrap(err)
}

// write writes the ready block as JSON, for programs that wait for the session.
func (f ReadyFile) write(ready output.Ready) error {
	if f.Path == "" {
		return nil
	}
	err := atomicfile.Write(f.Path, 0o600, func(w io.Writer) error {
		p := output.New(output.Options{Stdout: w, Stderr: w, Format: output.FormatJSON})
		p.Ready(ready)
		return p.Err()
	})
	return f.wrap(err)
}

func (f ReadyFile) wrap(err error) error {
	if err == nil {
		return nil
	}
	return output.Failed(err, fmt.Sprintf("can't write %s: %s", f.Name, output.PathReason(err)), "use another file: --ready-file /tmp/vidiking-ready")
}

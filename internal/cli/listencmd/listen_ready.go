package listencmd

import (
	"fmt"
	"io"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// ready is the ready block; base is the URL without its path.
func (l *listener) ready(base string) output.Ready {
	r := output.Ready{
		URL: base + l.o.path, Forward: cmdutil.ForwardOf(l.o.routes, nil), Verify: string(l.o.verify), DataDir: l.dataDir, Events: l.o.events,
		Tunnel: l.o.way.Name, TunnelNote: l.o.way.Note,
	}
	r.Register, r.Restores = l.registrar.ready()
	public := !l.o.isLocal()
	if public {
		r.Local = l.here()
	} else if l.moved {
		r.URLNote = " (" + l.o.addr + " is taken)"
	}
	if l.o.verify != relay.VerifyOff {
		r.VerifyNote = ", with " + l.secret.String()
	}
	if l.o.lenient {
		r.VerifyNote = ": your account's secret is not known, so nothing is rejected"
		r.Next = append(r.Next, output.Suggestion{Text: "Give it that secret, and nothing else gets through:", Command: "vidiking config set webhook-secret"})
	}
	if l.secret.JustNow && !public {
		r.VerifyNote += " (made just now)"
	}
	if l.needsSecret && !public {
		r.Next = append(r.Next, output.Suggestion{Text: "Your handler needs the secret:", Command: cmdutil.PrintSecretCommand(l.app)})
	}
	if l.command == nil { // which is what sends, or brings it about
		r.Next = append(r.Next, output.Suggestion{Text: "Send a first event, from another terminal:", Command: "vidiking trigger render.complete"})
	}
	return r
}

// secretChanged tells everybody that signatures are checked with another secret from now on.
func (l *listener) secretChanged(s webhook.Secret) {
	_ = l.session.Update(func(i *session.Info) { i.Secret = s.String() }) // what it tells is a convenience
	l.registrar.Sign(s)
	l.view.Say(output.Notice{
		Code: "secret_changed", At: l.app.W.Now(), Good: true, Message: "Signatures are checked with " + s.String() + " now.",
	})
}

// startNotices is what is to be said once after the ready block.
func (l *listener) startNotices() []output.Notice {
	var ns []output.Notice
	if n, ok := cmdutil.ProjectNotice(l.app.Cfg); ok {
		ns = append(ns, n)
	}
	if l.o.concurrency.Files > 0 && l.o.concurrencyGiven {
		ns = append(ns, l.o.concurrency.Notice())
	}
	if l.o.retry && !l.o.isLocal() && l.o.respond == relay.RespondHandler {
		ns = append(ns, output.Notice{
			Code: "retried_twice", Hint: "--respond ack",
			Message: "Vidiking tries again what your handler refuses, and so does this listen: it may come twice.",
			Details: []string{"To leave it to this one: --respond ack"},
		})
	}
	return append(ns, l.pendingNotices()...)
}

// clearReadyFile takes away what a listen that was killed has left, before somebody takes it for this one's.
func (l *listener) clearReadyFile() error {
	if l.o.readyFile == "" {
		return nil
	}
	path := cmdutil.Path(l.app, l.o.readyFile)
	err := atomicfile.CheckRegular(path)
	if err == nil {
		err = atomicfile.Remove(path)
	}
	if err != nil {
		return l.noReadyFile(err)
	}
	return nil
}

// writeReadyFile writes what listen says when it is ready, as JSON, for who waits for it.
func (l *listener) writeReadyFile(ready output.Ready) error {
	if l.o.readyFile == "" {
		return nil
	}
	path := cmdutil.Path(l.app, l.o.readyFile)
	err := atomicfile.Write(path, 0o600, func(w io.Writer) error {
		p := output.New(output.Options{Stdout: w, Stderr: w, Format: output.FormatJSON})
		p.Ready(ready)
		return p.Err()
	})
	if err != nil {
		return l.noReadyFile(err)
	}
	l.readyFile = path
	return nil
}

func (l *listener) noReadyFile(err error) error {
	return cmdutil.Failed(err, fmt.Sprintf("can't write %s: %s", l.o.readyFile, cmdutil.PathReason(err)), "another place: --ready-file /tmp/vidiking-ready")
}

// warnUnknownEvents warns about the events that listen forwards, routes, waits for or registers.
func (l *listener) warnUnknownEvents() {
	cmdutil.WarnUnknownEvents(l.printer, "events", l.o.events)
	for _, r := range l.o.routes {
		cmdutil.WarnUnknownEvents(l.printer, "forward", r.Events)
	}
	cmdutil.WarnUnknownEvents(l.printer, "wait-for", l.o.wait.Events)
	if l.registrar != nil {
		cmdutil.WarnUnknownEvents(l.printer, "register", l.registrar.want.Events)
	}
}

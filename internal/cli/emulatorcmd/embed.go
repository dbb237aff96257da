package emulatorcmd

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/emulator"
	"github.com/vidiking/vidiking-cli/internal/listen"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Embed starts an emulator for `listen --emulator`: with the default settings, without a rate limit, and with a temporary state. If the
// default address is in use, it listens on a free port.
func Embed(ctx context.Context, a *cmdutil.App, url string, secret webhook.Secret, sender webhook.Field) (*listen.Emulator, error) {
	o := newOptions()
	o.AddFlags(&cobra.Command{}) // sets the defaults
	o.rateLimit = "off"
	if err := o.complete(a); err != nil {
		return nil, err
	}
	dir, remove, err := o.stateDir(a)
	if err != nil {
		return nil, err
	}
	rows := &rows{app: a}
	o.emulator.Dir, o.emulator.Secret, o.emulator.OnError, o.emulator.Sent = dir, secret, rows.fail, func(emulator.Sent) {}
	o.emulator.Webhook = &emulator.Webhook{URL: url, Sender: sender}
	ln, err := listenDefault(ctx)
	if err != nil {
		remove()
		return nil, err
	}
	e, err := emulator.Open(ctx, o.emulator)
	if err != nil {
		_ = ln.Close() // it has no connection yet
		remove()
		return nil, explain(a, err)
	}
	server := &http.Server{Handler: e.Handler(), ReadHeaderTimeout: headerTimeout, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(ln) }() // it ends when it is closed
	return &listen.Emulator{URL: "http://" + ln.Addr().String() + "/v1", Stop: sync.OnceValue(func() error {
		defer remove()
		return errors.Join(server.Close(), e.Close())
	})}, nil
}

func listenDefault(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", defaultAddr)
	if err != nil {
		ln, err = lc.Listen(ctx, "tcp", "127.0.0.1:0")
	}
	return ln, err
}

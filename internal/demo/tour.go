package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/emulator"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// path is the URL path of both the handler and the ingress.
const path = "/webhooks/vidiking"

// timeout limits each response. Everything runs on this machine and takes milliseconds.
const timeout = 5 * time.Second

// tour holds the running parts and the state that the steps share.
type tour struct {
	o       Options
	secret  webhook.Secret
	handler *handler
	log     *store.Log
	sender  *dispatch.Sender
	relay   *relay.Relay
	token   string
	ingress dispatch.Target
	servers []server
	refused webhook.Delivery
	sent    int

	emulator *emulator.Emulator // the Vidiking of the tour; nil until it submits a job
}

// open starts a handler and, in front of it, the parts of `listen`.
func (t *tour) open(ctx context.Context) error {
	var err error
	if t.secret, err = webhook.NewSecret(t.o.Random); err != nil {
		return err
	}
	info, err := session.NewInfo(t.o.Random)
	if err != nil {
		return err
	}
	t.token = info.Token
	t.handler = &handler{secret: t.secret}
	target, err := t.serve(ctx, &http.Server{Handler: t.handler, ReadHeaderTimeout: timeout})
	if err != nil {
		return err
	}
	if t.log, err = store.Open(ctx, t.o.Dir, store.Options{Now: t.o.Now}); err != nil {
		return err
	}
	t.sender = dispatch.NewSender(dispatch.Options{Timeout: timeout, Now: t.o.Now})
	t.relay = relay.New(relay.Options{
		Log: t.log, Sender: t.sender, Routes: relay.To(target), Verify: relay.VerifyStrict, Session: info.ID, Now: t.o.Now, Random: t.o.Random,
		Secrets: func() []webhook.Secret { return []webhook.Secret{t.secret} },
	})
	in := relay.NewIngress(t.relay, relay.IngressOptions{Path: path, Token: t.token, Origin: webhook.OriginLocal, MaxBody: 1 << 20})
	if t.ingress, err = t.serve(ctx, in.Server()); err != nil {
		return err
	}
	t.o.Reporter.Ready(t.ingress.String(), target.String(), string(relay.VerifyStrict), t.secret)
	return nil
}

// server is a *relay.Server or an *http.Server.
type server interface {
	Serve(ln net.Listener) error
	Close() error
}

// serve starts a server on a free loopback port.
func (t *tour) serve(ctx context.Context, web server) (dispatch.Target, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return dispatch.Target{}, fmt.Errorf("open a port on this machine: %w", err)
	}
	t.servers = append(t.servers, web)
	go func() { _ = web.Serve(ln) }() // returns http.ErrServerClosed after close
	return dispatch.ParseTarget(ln.Addr().String()+path, path)
}

func (t *tour) close() {
	if t.emulator != nil {
		_ = t.emulator.Close() // the directory is temporary
	}
	for _, server := range t.servers {
		_ = server.Close()
	}
	if t.relay != nil {
		t.relay.Close()
		t.sender.Close()
	}
	if t.log != nil {
		_ = t.log.Close() // the directory is temporary
	}
}

// send signs a body, sends it through the ingress, and returns the recorded delivery. If modify is not nil, it changes the body after
// signing.
func (t *tour) send(ctx context.Context, body []byte, modify func([]byte) []byte) (webhook.Delivery, error) {
	header := webhook.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: webhook.SignatureHeader, Value: signature.Sign(t.secret, body, signature.StylePrefixed)},
	}
	if modify != nil {
		body = modify(body)
	}
	return t.post(ctx, header, body, session.Sender{Token: t.token, Origin: webhook.OriginTrigger})
}

func (t *tour) post(ctx context.Context, h webhook.Header, body []byte, sender session.Sender) (webhook.Delivery, error) {
	a := t.sender.Send(ctx, t.ingress, append(h, webhook.Field{Name: session.SenderHeader, Value: sender.String()}), body)
	id := webhook.ID(a.Header.Get(session.DeliveryHeader))
	if id == "" {
		return webhook.Delivery{}, fmt.Errorf("the ingress did not record the delivery: %d %s", a.Code, a.Error)
	}
	d, err := t.log.Reader().Get(ctx, id)
	if err != nil {
		return d, err
	}
	t.sent++
	t.o.Reporter.Sent(d)
	return d, nil
}

func (t *tour) renderComplete() ([]byte, error) {
	return sample.New(t.o.Now, t.o.Random).Payload(webhook.EventRenderComplete)
}

func (t *tour) sendModified(ctx context.Context) error {
	body, err := t.renderComplete()
	if err != nil {
		return err
	}
	d, err := t.send(ctx, body, func(b []byte) []byte {
		return bytes.Replace(b, []byte("COMPLETE"), []byte("CANCELED"), 1)
	})
	return errors.Join(err, expect(d, webhook.StatusRejected))
}

func (t *tour) sendToBareHexHandler(ctx context.Context) error {
	t.handler.compareBareHex.Store(true)
	body, err := t.renderComplete()
	if err != nil {
		return err
	}
	if t.refused, err = t.send(ctx, body, nil); err != nil {
		return err
	}
	t.o.Reporter.Explain("The handler compares against <hex>, but the header is sha256=<hex>.", `Strip the "sha256=" prefix before comparing.`)
	return expect(t.refused, webhook.StatusRefused)
}

func (t *tour) replayToFixedHandler(ctx context.Context) error {
	t.handler.compareBareHex.Store(false)
	sender := session.Sender{Token: t.token, Origin: webhook.OriginReplay, Parent: t.refused.ID}
	d, err := t.post(ctx, t.refused.Header, t.refused.Body, sender)
	if err != nil {
		return err
	}
	if !bytes.Equal(d.Body, t.refused.Body) {
		return errors.New("the bytes of the replay differ from the original delivery")
	}
	return expect(d, webhook.StatusDelivered)
}

func (t *tour) list(ctx context.Context) error {
	rows, err := t.log.Reader().List(ctx, store.Query{})
	if err != nil {
		return err
	}
	t.o.Reporter.List(rows)
	if len(rows) != t.sent {
		return fmt.Errorf("sent %d deliveries, found %d in the log", t.sent, len(rows))
	}
	for _, row := range rows {
		if row.Failed() {
			return fmt.Errorf("%s is undelivered", row.ID)
		}
	}
	return nil
}

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
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// path is the handler's and the ingress's.
const path = "/webhooks/vidiking"

// patience bounds each answer. Everything is on this machine and takes milliseconds.
const patience = 5 * time.Second

// story is the parts, and what the steps hand to each other.
type story struct {
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
}

// open starts a handler, and in front of it what `listen` is made of.
func (s *story) open(ctx context.Context) error {
	var err error
	if s.secret, err = webhook.NewSecret(s.o.Random); err != nil {
		return err
	}
	info, err := session.NewInfo(s.o.Random)
	if err != nil {
		return err
	}
	s.token = info.Token
	s.handler = &handler{secret: s.secret}
	target, err := s.serve(ctx, &http.Server{Handler: s.handler, ReadHeaderTimeout: patience})
	if err != nil {
		return err
	}
	if s.log, err = store.Open(ctx, s.o.Dir, store.Options{Now: s.o.Now}); err != nil {
		return err
	}
	s.sender = dispatch.NewSender(dispatch.Options{Timeout: patience, Now: s.o.Now})
	s.relay = relay.New(relay.Options{
		Log: s.log, Sender: s.sender, Routes: relay.To(target), Verify: relay.VerifyStrict, Session: info.ID, Now: s.o.Now, Random: s.o.Random,
		Secrets: func() []webhook.Secret { return []webhook.Secret{s.secret} },
	})
	in := relay.NewIngress(s.relay, relay.IngressOptions{Path: path, Token: s.token, Origin: webhook.OriginLocal, MaxBody: 1 << 20})
	if s.ingress, err = s.serve(ctx, in.Server()); err != nil {
		return err
	}
	s.o.Teller.Ready(s.ingress.String(), target.String(), string(relay.VerifyStrict), s.secret)
	return nil
}

// server is a *relay.Server or the handler's *http.Server.
type server interface {
	Serve(ln net.Listener) error
	Close() error
}

// serve starts a server on a free loopback port.
func (s *story) serve(ctx context.Context, web server) (dispatch.Target, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return dispatch.Target{}, fmt.Errorf("open a port on this machine: %w", err)
	}
	s.servers = append(s.servers, web)
	go func() { _ = web.Serve(ln) }() // ends by close, with an error that says so
	return dispatch.ParseTarget(ln.Addr().String()+path, path)
}

func (s *story) close() {
	for _, server := range s.servers {
		_ = server.Close()
	}
	if s.relay != nil {
		s.relay.Close()
		s.sender.Close()
	}
	if s.log != nil {
		_ = s.log.Close() // the directory is temporary
	}
}

// send signs a body, sends it through the ingress, and returns what the log says of it then. Change, if there is one, happens to
// the body on the way.
func (s *story) send(ctx context.Context, body []byte, change func([]byte) []byte) (webhook.Delivery, error) {
	header := webhook.Header{
		{Name: "Content-Type", Value: "application/json"},
		{Name: webhook.SignatureHeader, Value: signature.Sign(s.secret, body, signature.StylePrefixed)},
	}
	if change != nil {
		body = change(body)
	}
	return s.post(ctx, header, body, session.Sender{Token: s.token, Origin: webhook.OriginTrigger})
}

func (s *story) post(ctx context.Context, h webhook.Header, body []byte, who session.Sender) (webhook.Delivery, error) {
	a := s.sender.Send(ctx, s.ingress, append(h, webhook.Field{Name: session.SenderHeader, Value: who.String()}), body)
	id := webhook.ID(a.Header.Get(session.DeliveryHeader))
	if id == "" {
		return webhook.Delivery{}, fmt.Errorf("the ingress took no delivery: %d %s", a.Code, a.Error)
	}
	d, err := s.log.Reader().Get(ctx, id)
	if err != nil {
		return d, err
	}
	s.sent++
	s.o.Teller.Sent(d)
	return d, nil
}

func (s *story) sendRender(ctx context.Context) error {
	items, err := sample.New(s.o.Now, s.o.Random).Scenario("render")
	if err != nil {
		return err
	}
	for _, item := range items {
		d, err := s.send(ctx, item.Body, nil)
		if err := errors.Join(err, expect(d, webhook.StatusDelivered)); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) complete() ([]byte, error) {
	return sample.New(s.o.Now, s.o.Random).Payload(webhook.EventRenderComplete)
}

func (s *story) sendTampered(ctx context.Context) error {
	body, err := s.complete()
	if err != nil {
		return err
	}
	d, err := s.send(ctx, body, func(b []byte) []byte {
		return bytes.Replace(b, []byte("COMPLETE"), []byte("CANCELED"), 1)
	})
	return errors.Join(err, expect(d, webhook.StatusRejected))
}

func (s *story) sendToNaive(ctx context.Context) error {
	s.handler.naive.Store(true)
	body, err := s.complete()
	if err != nil {
		return err
	}
	if s.refused, err = s.send(ctx, body, nil); err != nil {
		return err
	}
	s.o.Teller.Because("It compares with <hex>; the header is sha256=<hex>.", "Take sha256= off the header before comparing.")
	return expect(s.refused, webhook.StatusRefused)
}

func (s *story) replayMended(ctx context.Context) error {
	s.handler.naive.Store(false)
	who := session.Sender{Token: s.token, Origin: webhook.OriginReplay, Parent: s.refused.ID}
	d, err := s.post(ctx, s.refused.Header, s.refused.Body, who)
	if err != nil {
		return err
	}
	if !bytes.Equal(d.Body, s.refused.Body) {
		return errors.New("the replay has other bytes than the delivery it repeats")
	}
	return expect(d, webhook.StatusDelivered)
}

func (s *story) list(ctx context.Context) error {
	rows, err := s.log.Reader().List(ctx, store.Query{})
	if err != nil {
		return err
	}
	s.o.Teller.List(rows)
	if len(rows) != s.sent {
		return fmt.Errorf("%d deliveries were sent, and %d are in the log", s.sent, len(rows))
	}
	for _, row := range rows {
		if row.Failed() {
			return fmt.Errorf("%s is still not delivered", row.ID)
		}
	}
	return nil
}

package demo

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/emulator"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// emulate starts an emulator whose webhook is the ingress, and returns a client for it. Its clock stands still until the tour moves it.
func (t *tour) emulate(ctx context.Context) (*vidiking.Client, error) {
	sender := session.Sender{Token: t.token, Origin: webhook.OriginEmulator}
	var err error
	t.emulator, err = emulator.Open(ctx, emulator.Options{
		Dir: filepath.Join(t.o.Dir, "emulator"), Secret: t.secret, Style: signature.StylePrefixed, Unlimited: true, Balance: 1000, Now: t.o.Now,
		Webhook:   &emulator.Webhook{URL: t.ingress.String(), Sender: webhook.Field{Name: session.SenderHeader, Value: sender.String()}},
		QueueTime: emulator.Span{Min: time.Second, Max: time.Second}, WorkTime: emulator.Span{Min: 20 * time.Second, Max: 20 * time.Second},
		Sent: func(emulator.Sent) {},
	})
	if err != nil {
		return nil, err
	}
	at, err := t.serve(ctx, &http.Server{Handler: t.emulator.Handler(), ReadHeaderTimeout: timeout})
	if err != nil {
		return nil, err
	}
	base, err := vidiking.ParseBase("http://" + at.Host() + "/v1")
	if err != nil {
		return nil, err
	}
	return vidiking.New(vidiking.Options{Base: base, Key: webhook.SecretFrom("any"), Timeout: timeout})
}

// render submits a job, and moves the clock until it has ended.
func (t *tour) render(ctx context.Context) error {
	client, err := t.emulate(ctx)
	if err != nil {
		return err
	}
	if _, err := client.SubmitRender(ctx, []byte(`{"timeline":{},"output":{"format":"mp4"}}`)); err != nil {
		return err
	}
	if err := t.emulator.Advance(ctx, emulator.Until{}); err != nil {
		return err
	}
	rows, err := t.log.Reader().List(ctx, store.Query{})
	if err != nil {
		return err
	}
	var events []string
	for _, row := range rows {
		d, err := t.log.Reader().Get(ctx, row.ID)
		if err != nil {
			return err
		}
		t.sent++
		t.o.Reporter.Sent(d)
		if err := expect(d, webhook.StatusDelivered); err != nil {
			return err
		}
		events = append(events, d.Event)
	}
	if want := []string{webhook.EventRenderQueued, webhook.EventRenderProcessing, webhook.EventRenderComplete}; !slices.Equal(events, want) {
		return fmt.Errorf("%v arrived, expected %v", events, want)
	}
	return nil
}

package cli_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestReplayOfAMaskedImportRequiresResign(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	body := []byte(`{"event":"render.complete"}`)
	for _, id := range []webhook.ID{"dlv_aaaaaa0001", "dlv_bbbbbb0002"} {
		x.record(&webhook.Delivery{
			Summary: webhook.Summary{ID: id, Origin: webhook.OriginTunnel, Masked: []string{"Cookie", webhook.SignatureHeader}},
			Header: webhook.Header{
				{Name: "Cookie", Value: webhook.MaskedValue}, {Name: "X-A", Value: "1"}, {Name: webhook.SignatureHeader, Value: webhook.MaskedValue},
			},
			Body: body,
		})
	}
	var got http.Header
	h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }))
	defer h.Close()

	x.checkEnds(x.environment(nil, "replay", "last", "--to", h.URL), 1,
		"error: dlv_bbbbbb was imported without its Cookie, X-Vidiking-Signature\nhint:  sign it again: vidiking replay dlv_bbbbbb --resign\n")
	x.checkEnds(x.environment(nil, "replay", "--last", "2", "--to", h.URL), 1,
		"error: 2 of 2 were imported without values of their headers, the first is dlv_aaaaaa\nhint:  sign them again: --resign\n")
	if got != nil {
		t.Fatalf("the handler got %v, want nothing", got)
	}
	for _, args := range [][]string{{"--resign"}, {"--set", "data.x=1"}} {
		x.checkEnds(x.environment(nil, append([]string{"replay", "last", "--to", h.URL}, args...)...), 0, "")
		if got["Cookie"] != nil || !slices.Equal(got["X-A"], []string{"1"}) || strings.Contains(got.Get(webhook.SignatureHeader), "masked") {
			t.Errorf("%v: the handler got %v", args, got)
		}
	}
	x.run("replay", "dlv_aaaaaa0001", "--resign", "--to", h.URL)
	if want := signature.Sign(webhook.SecretFrom(secret), body, signature.StylePrefixed); got.Get(webhook.SignatureHeader) != want {
		t.Errorf("got the signature %q, want %q", got.Get(webhook.SignatureHeader), want)
	}
}

// record adds a delivery to the log.
func (x *terminal) record(d *webhook.Delivery) {
	x.t.Helper()
	log, err := store.Open(context.Background(), filepath.Join(x.home, ".local", "state", "vidiking"), store.Options{Now: x.clock.now})
	if err != nil {
		x.t.Fatal(err)
	}
	if err := log.Record(context.Background(), d); err != nil {
		x.t.Error(err)
	}
	if err := log.Close(); err != nil {
		x.t.Error(err)
	}
}

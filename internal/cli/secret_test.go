package cli_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

func TestTheSecretIsMentionedUntilAHandlerAcceptsADelivery(t *testing.T) {
	t.Parallel()
	const needs = "Your handler needs the secret:"
	var status atomic.Int64
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	t.Cleanup(h.Close)
	x := newTerminal(t, 80)
	delete(x.env, "VIDIKING_WEBHOOK_SECRET")

	for i, listen := range []struct {
		status                   int64
		before, during, atTheEnd bool // whether the ready block mentions the secret, and `vidiking` while listen runs and after it
	}{
		{500, true, true, true},
		{500, true, true, true}, // the secret is no longer new
		{200, true, false, false},
		{200, false, false, false},
	} {
		status.Store(listen.status)
		l := x.listen("--forward", h.URL)
		x.run("trigger", "render.complete")
		l.shows("dlv_")
		if got := strings.Contains(l.text(), needs); got != listen.before {
			t.Errorf("listen %d: got %v, want %v:\n%s", i, got, listen.before, l.text())
		}
		_, during := x.on(0)
		l.interrupt()
		_, atTheEnd := x.on(0)
		for got, want := range map[string]bool{during: listen.during, atTheEnd: listen.atTheEnd} {
			if strings.Contains(got, needs+" export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)\n") != want {
				t.Errorf("vidiking alone, listen %d: want %v:\n%s", i, want, got)
			}
		}
	}
}

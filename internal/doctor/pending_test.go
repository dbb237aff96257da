package doctor_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestAHandlerOnAnotherMachineGetsNoSample(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.handler = testkit.ServeOn(t, net.JoinHostPort(ownAddress(t), "0"), testkit.Respond(200, "{}"))
	s.write(s.configFile(), "webhook_secret = \""+secret+"\"\nforward = \""+s.handler.Addr()+"\"\n")
	s.check("handler", "ok: HANDLER/webhooks/vidiking is up (no sample sent: it is not on this machine)")
	if n := len(s.handler.Requests()); n != 0 {
		t.Errorf("the handler got %d requests, want none", n)
	}
}

// ownAddress returns an address of this machine that is not loopback. The doctor treats it like another machine.
func ownAddress(t *testing.T) string {
	t.Helper()
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			return ip.IP.String()
		}
	}
	t.Skip("this machine has only loopback addresses")
	return ""
}

func TestPendingDeliveriesOfAnEarlierListenAreReported(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	log, err := store.Open(t.Context(), s.dataDir(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	held := &webhook.Delivery{Summary: webhook.Summary{ID: "dlv_heldheldhe", Session: "ses_dead", ReceivedAt: time.Now()}}
	d := &webhook.Delivery{Summary: webhook.Summary{
		ID: "dlv_0123456789", Event: "render.complete", Status: webhook.StatusPending, Verdict: webhook.VerdictValid, Origin: webhook.OriginLocal,
		Session: "ses_dead", ReceivedAt: time.Now(), BodyBytes: 2,
	}, Body: []byte("{}")}
	if err := errors.Join(log.Record(t.Context(), d), log.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	const unknown = "warning: 1 delivery from an earlier listen, outcome unknown: the handler may have received it | " +
		"replay it, at the risk of a duplicate: vidiking replay --status pending"
	if got := s.lastLine("log"); got != unknown {
		t.Errorf("got %q, want %q", got, unknown)
	}
	if err := log.Record(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if err := log.Hold(store.Due{ID: held.ID, Target: "http://localhost:3000/"}, ""); err != nil {
		t.Fatal(err)
	}
	if got := s.lastLine("log"); got != unknown {
		t.Errorf("with a held delivery: got %q, want %q", got, unknown)
	}
	attempt := webhook.Attempt{Target: "http://localhost:3000/", StartedAt: time.Now(), Code: 200}
	if _, err := log.AddAttempts(d.ID, []webhook.Attempt{attempt}, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := s.lastLine("log"), "warning: 1 delivery from an earlier listen, never sent | vidiking replay --status pending"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

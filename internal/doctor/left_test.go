package doctor_test

import (
	"net"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestAHandlerElsewhereGetsNoSample(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.handler = testkit.ServeOn(t, net.JoinHostPort(ownAddress(t), "0"), testkit.Respond(200, "{}"))
	p.write(p.configFile(), "webhook_secret = \""+secret+"\"\nforward = \""+p.handler.Addr()+"\"\n")
	p.wants("handler", "ok: HANDLER/webhooks/vidiking is up; it is not on this machine, so it got no sample")
	if n := len(p.handler.Requests()); n != 0 {
		t.Errorf("the handler got %d requests, want none", n)
	}
}

// ownAddress is one of this machine's that is not loopback: to the doctor it is anybody's.
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
	t.Skip("this machine has no address but loopback")
	return ""
}

func TestPendingDeliveriesOfADeadListenAreAWarning(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	log, err := store.Open(t.Context(), p.dataDir(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	held := &webhook.Delivery{Summary: webhook.Summary{ID: "dlv_heldheldhe", Session: "ses_dead", ReceivedAt: time.Now()}}
	d := &webhook.Delivery{Summary: webhook.Summary{
		ID: "dlv_0123456789", Event: "render.complete", Status: webhook.StatusPending, Verdict: webhook.VerdictValid, Origin: webhook.OriginLocal,
		Session: "ses_dead", ReceivedAt: time.Now(), BodyBytes: 2,
	}, Body: []byte("{}")}
	if err := log.Record(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	const unknown = "warning: 1 delivery from an earlier listen, outcome unknown: the handler may have received it | " +
		"send it again, maybe for the second time: vidiking replay --status pending"
	if got := p.last("log"); got != unknown {
		t.Errorf("got %q, want %q", got, unknown)
	}
	if err := log.Record(t.Context(), held); err != nil {
		t.Fatal(err)
	}
	if err := log.Hold(store.Due{ID: held.ID, Target: "http://localhost:3000/"}, ""); err != nil {
		t.Fatal(err)
	}
	if got := p.last("log"); got != unknown {
		t.Errorf("with one that was held, too: got %q, want %q", got, unknown)
	}
	attempt := webhook.Attempt{Target: "http://localhost:3000/", StartedAt: time.Now(), Code: 200}
	if _, err := log.AddAttempts(d.ID, []webhook.Attempt{attempt}, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := p.last("log"), "warning: 1 delivery from an earlier listen, never sent | vidiking replay --status pending"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

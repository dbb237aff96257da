package relay

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// events returns the events of the requests, sorted.
func events(requests []testkit.Request) []string {
	var names []string
	for _, r := range requests {
		names = append(names, webhook.Describe(r.Body).Event)
	}
	slices.Sort(names)
	return names
}

func TestADeliveryGoesToEveryMatchingRoute(t *testing.T) {
	renders := testkit.Serve(t, testkit.Respond(http.StatusOK, "renders"))
	failures := testkit.Serve(t, testkit.Respond(http.StatusTeapot, "failures"))
	r := start(t, renders.URL(), func(p *rigOptions) {
		p.relay.Routes = []Route{
			{Events: []string{"render.*"}, Target: parseTarget(t, renders.URL())},
			{Events: []string{"*.failed"}, Target: parseTarget(t, failures.URL())},
			{Events: []string{"render.queued"}, Target: parseTarget(t, renders.URL())}, // the first target again
		}
	})
	tests := []struct {
		event  string
		status webhook.Status
		code   int
		tried  int
	}{
		{"render.queued", webhook.StatusDelivered, http.StatusOK, 1},
		{"render.failed", webhook.StatusRefused, http.StatusTeapot, 2},
		{"ai.failed", webhook.StatusRefused, http.StatusTeapot, 1},
		{"wallet.deposit", webhook.StatusSkipped, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.event, func(t *testing.T) {
			body := `{"event":"` + test.event + `","timestamp":"2026-11-23T12:00:00Z","data":{}}`
			out := r.deliver(arrived(body, webhook.OriginTrigger, ""))
			if out.Delivery.Status != test.status || out.Attempt.Code != test.code || len(out.Attempts) != test.tried {
				t.Errorf("got %s with %d after %d attempts, want %s with %d after %d",
					out.Delivery.Status, out.Attempt.Code, len(out.Attempts), test.status, test.code, test.tried)
			}
			d, err := r.log.Reader().Get(context.Background(), out.Delivery.ID)
			if err != nil {
				t.Fatalf("Get: %v", err)
			}
			if d.Status != test.status || d.Code != test.code || d.Attempts != test.tried || len(d.History) != test.tried {
				t.Errorf("the log has %s with %d after %d attempts (%d of them), want %s with %d after %d",
					d.Status, d.Code, d.Attempts, len(d.History), test.status, test.code, test.tried)
			}
		})
	}
	if got, want := events(renders.Requests()), []string{"render.failed", "render.queued"}; !slices.Equal(got, want) {
		t.Errorf("the first target got %q, want %q", got, want)
	}
	if got, want := events(failures.Requests()), []string{"ai.failed", "render.failed"}; !slices.Equal(got, want) {
		t.Errorf("the second target got %q, want %q", got, want)
	}
}

func TestATrustedSenderChoosesATarget(t *testing.T) {
	first := testkit.Serve(t, testkit.Respond(http.StatusOK, "first"))
	second := testkit.Serve(t, testkit.Respond(http.StatusOK, "second"))
	r := start(t, first.URL(), func(p *rigOptions) {
		p.relay.Routes = []Route{{Target: parseTarget(t, first.URL())}, {Events: []string{"ai.*"}, Target: parseTarget(t, second.URL())}}
	})
	sender := session.Sender{Origin: webhook.OriginReplay, Target: parseTarget(t, second.URL()).String(), Probe: true, Expect: "2xx"}
	if got := r.post(sampleBody, trustedHeader(sampleBody, sender)); got.code != http.StatusOK || got.body != "second" {
		t.Errorf("got %d %q, want the response of the chosen target", got.code, got.body)
	}
	if got := len(first.Requests()); got != 0 {
		t.Errorf("the other target got %d deliveries, want none", got)
	}
	sender.Target = "http://127.0.0.1:1/elsewhere"
	if got := r.post(sampleBody, trustedHeader(sampleBody, sender)); got.code != http.StatusMisdirectedRequest || got.header.Get(session.DeliveryHeader) != "" {
		t.Errorf("for a target without a route: got %d and the delivery %q, want 421 and none", got.code, got.header.Get(session.DeliveryHeader))
	}
	all, err := r.log.Reader().List(t.Context(), store.Query{Probes: true})
	if err != nil || len(all) != 1 || !all[0].Probe || !all[0].Met || all[0].ExpectedStatus != "2xx" || all[0].Routed {
		t.Errorf("the log has %+v, %v; want only the one that was sent: a probe that met its expectation", all, err)
	}
	header := trustedHeader(sampleBody, session.Sender{Token: "guess", Origin: webhook.OriginReplay, Target: sender.Target})
	header.Set(session.SenderHeader, session.Sender{Token: "guess", Origin: webhook.OriginReplay, Target: sender.Target}.String())
	if got := r.post(sampleBody, header); got.code != http.StatusOK || got.body != "first" {
		t.Errorf("a sender without the token: got %d %q, want its target to be ignored", got.code, got.body)
	}
}

func TestTheSenderGetsTheWorstResponseOfSeveralTargets(t *testing.T) {
	good := testkit.Serve(t, testkit.Respond(http.StatusOK, "fine"))
	bad := testkit.Serve(t, testkit.Respond(http.StatusConflict, "no"))
	r := start(t, good.URL(), func(p *rigOptions) {
		p.relay.Routes = []Route{{Target: parseTarget(t, bad.URL())}, {Target: parseTarget(t, good.URL())}}
	})
	got := r.postSigned(sampleBody)
	if got.code != http.StatusConflict || got.body != "no" {
		t.Errorf("got %d %q, want the 409 of the target that refused", got.code, got.body)
	}
}

// buggyAt is a Sender that panics at one target.
type buggyAt struct {
	Sender
	target string
}

func (b *buggyAt) Send(ctx context.Context, t dispatch.Target, h webhook.Header, body []byte) dispatch.Result {
	if t.String() == b.target {
		panicForTheTest()
	}
	return b.Sender.Send(ctx, t, h, body)
}

func panicForTheTest() { panic("a bug for the test") }

func TestAPanicAtOneTargetKeepsTheResultsOfOthers(t *testing.T) {
	good := testkit.Serve(t, testkit.Respond(http.StatusOK, "fine"))
	bad := testkit.RefusingAddr(t)
	sender := dispatch.NewSender(dispatch.Options{})
	defer sender.Close()
	r := start(t, good.URL(), toBoth(t, bad, good.URL()), func(p *rigOptions) {
		p.relay.Sender = &buggyAt{sender, parseTarget(t, bad).String()}
	})
	if got := r.postSigned(sampleBody); got.code != http.StatusInternalServerError || got.body != panicText+"\n" {
		t.Errorf("got %d %q, want 500 %q", got.code, got.body, panicText)
	}
	d := r.onlyDelivery()
	if d.Status != webhook.StatusUnreachable || len(d.History) != 2 || !isPanicAttempt(d.History[0]) || d.History[1].Code != http.StatusOK {
		t.Errorf("recorded %s with %+v, want the panic at the first target and the 200 of the second", d.Status, d.History)
	}
	r.wantOnePanic("relay.panicForTheTest(")
}

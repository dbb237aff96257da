package relay

import (
	"net/http"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// outcomes delivers in the background.
func (r *rig) outcomes(body string) <-chan Outcome {
	out := make(chan Outcome, 1)
	go func() { out <- r.deliver(arrived(body, webhook.OriginReplay, "")) }()
	return out
}

// toBoth routes everything to two targets.
func toBoth(t *testing.T, a, b string) func(*rigOptions) {
	return func(p *rigOptions) {
		p.relay.Routes = []Route{{Target: parseTarget(t, a)}, {Target: parseTarget(t, b)}}
	}
}

func TestDeliverWaitsForAHeldDelivery(t *testing.T) {
	nowhere := stoppedHandler(t)
	r := start(t, nowhere, withHold(&rigLog{}))
	outcomes := r.outcomes(sampleBody)
	r.waitFor("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	testkit.ServeOn(t, nowhere, testkit.Respond(http.StatusTeapot, "no"))
	out := receive(t, outcomes, "the outcome")
	if out.Delivery.Status != webhook.StatusRefused || out.Attempt.Code != http.StatusTeapot || out.Attempt.N != 1 || len(out.Attempts) != 1 {
		t.Errorf("got %s with %+v of %d attempts, want the final response: refused, 418", out.Delivery.Status, out.Attempt, len(out.Attempts))
	}
}

func TestDeliverReturnsPendingWhenTheRelayIsDrained(t *testing.T) {
	r := start(t, stoppedHandler(t), withHold(&rigLog{}))
	outcomes := r.outcomes(sampleBody)
	r.waitFor("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	r.Drain()
	if out := receive(t, outcomes, "the outcome"); out.Delivery.Status != webhook.StatusPending || len(out.Attempts) != 0 {
		t.Errorf("got %s with %d attempts, want pending with none", out.Delivery.Status, len(out.Attempts))
	}
}

func TestDeliverSchedulesARetry(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusInternalServerError, "no"))
	r := start(t, handler.URL(), withHold(&rigLog{}), func(p *rigOptions) { p.relay.Hold, p.relay.Retry = false, &retry.Schedule{} })
	out := r.deliver(arrived(sampleBody, webhook.OriginReplay, ""))
	r.Drain()
	pending, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, true)
	if err != nil || len(pending) != 1 || pending[0].ID != out.Delivery.ID || pending[0].At.IsZero() {
		t.Errorf("due is %+v, %v; want %s, at a time", pending, err, out.Delivery.ID)
	}
}

func TestTheProviderGetsTheResponseOfTargetsThatDoNotHold(t *testing.T) {
	for want, answer := range map[int]http.Handler{
		http.StatusOK:         testkit.Respond(http.StatusOK, "here"),
		http.StatusBadRequest: testkit.Respond(http.StatusBadRequest, "no"),
	} {
		nowhere := stoppedHandler(t)
		r := start(t, nowhere, withHold(&rigLog{}), toBoth(t, nowhere, testkit.Serve(t, answer).URL()))
		if got := r.postSigned(sampleBody); got.code != want {
			t.Errorf("got %d %q, want the %d of the target that is up; the other is held", got.code, got.body, want)
		}
	}
	r := start(t, stoppedHandler(t), withHold(&rigLog{}), toBoth(t, stoppedHandler(t), stoppedHandler(t)))
	if got := r.postSigned(sampleBody); got.code != http.StatusOK || got.body != "" {
		t.Errorf("got %d %q while both hold, want an empty 200", got.code, got.body)
	}
}

func TestATrustedSenderGetsTheWorstResponseOfHeldTargets(t *testing.T) {
	first, second := stoppedHandler(t), stoppedHandler(t)
	r := start(t, first, withHold(&rigLog{}), toBoth(t, first, second))
	answers := make(chan reply, 1)
	go func() {
		answers <- r.post(sampleBody, trustedHeader(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.waitFor("the placeholder attempts", func(all []webhook.Delivery) bool { return len(all) == 1 && all[0].Attempts == 2 })
	testkit.ServeOn(t, second, testkit.Respond(http.StatusBadRequest, "second"))
	r.waitFor("the second target's response", func(all []webhook.Delivery) bool { return all[0].Attempts == 3 })
	testkit.ServeOn(t, first, testkit.Respond(http.StatusOK, "first"))
	got := receive(t, answers, "the response")
	if got.code != http.StatusBadRequest || got.body != "second" || got.header.Get(session.StatusHeader) != string(webhook.StatusRefused) {
		t.Errorf("got %d %q, %q; want the worst of both: 400, refused", got.code, got.body, got.header.Get(session.StatusHeader))
	}
}

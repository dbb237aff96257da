package relay

import (
	"net/http"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
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
func toBoth(t *testing.T, a, b string) func(*parts) {
	return func(p *parts) {
		p.relay.Routes = []Route{{Target: parseTarget(t, a)}, {Target: parseTarget(t, b)}}
	}
}

func TestASenderInThisProcessWaitsForWhatIsHeld(t *testing.T) {
	nowhere := left(t)
	r := start(t, nowhere, holds(&rigLog{}))
	outcomes := r.outcomes(sampleBody)
	r.await("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	testkit.ServeOn(t, nowhere, testkit.Answer(http.StatusTeapot, "no"))
	out := receive(t, outcomes, "the outcome")
	if out.Delivery.Status != webhook.StatusRefused || out.Attempt.Code != http.StatusTeapot || out.Attempt.N != 1 || len(out.Attempts) != 1 {
		t.Errorf("got %s with %+v of %d attempts, want what the handler said at last: refused, 418", out.Delivery.Status, out.Attempt, len(out.Attempts))
	}
}

func TestASenderInThisProcessGetsToKnowThatTheSessionEnds(t *testing.T) {
	r := start(t, left(t), holds(&rigLog{}))
	outcomes := r.outcomes(sampleBody)
	r.await("the delivery", func(all []webhook.Delivery) bool { return len(all) == 1 })
	r.Drain()
	if out := receive(t, outcomes, "the outcome"); out.Delivery.Status != webhook.StatusPending || len(out.Attempts) != 0 {
		t.Errorf("got %s with %d attempts, want pending with none", out.Delivery.Status, len(out.Attempts))
	}
}

func TestWhatASenderInThisProcessSendsIsTriedAgainToo(t *testing.T) {
	handler := testkit.Serve(t, testkit.Answer(http.StatusInternalServerError, "no"))
	r := start(t, handler.URL(), holds(&rigLog{}), func(p *parts) { p.relay.Hold, p.relay.Retry = false, &dispatch.Schedule{} })
	out := r.deliver(arrived(sampleBody, webhook.OriginReplay, ""))
	r.Drain()
	owed, err := r.log.AdoptPending(t.Context(), "ses_next", []string{r.o.Session}, true)
	if err != nil || len(owed) != 1 || owed[0].ID != out.Delivery.ID || owed[0].At.IsZero() {
		t.Errorf("due is %+v, %v; want %s, at a time", owed, err, out.Delivery.ID)
	}
}

func TestTheProviderGetsTheAnswerOfTheTargetsThatDoNotHold(t *testing.T) {
	for want, answer := range map[int]http.Handler{
		http.StatusOK:         testkit.Answer(http.StatusOK, "here"),
		http.StatusBadRequest: testkit.Answer(http.StatusBadRequest, "no"),
	} {
		nowhere := left(t)
		r := start(t, nowhere, holds(&rigLog{}), toBoth(t, nowhere, testkit.Serve(t, answer).URL()))
		if got := r.postSigned(sampleBody); got.code != want {
			t.Errorf("got %d %q, want the %d of the target that is there: the other is held, and sent when it can be", got.code, got.body, want)
		}
	}
	r := start(t, left(t), holds(&rigLog{}), toBoth(t, left(t), left(t)))
	if got := r.postSigned(sampleBody); got.code != http.StatusOK || got.body != "" {
		t.Errorf("got %d %q while both hold, want an empty 200", got.code, got.body)
	}
}

func TestASenderWithTheTokenGetsTheWorstOfWhatWasHeld(t *testing.T) {
	first, second := left(t), left(t)
	r := start(t, first, holds(&rigLog{}), toBoth(t, first, second))
	answers := make(chan reply, 1)
	go func() {
		answers <- r.post(sampleBody, trust(sampleBody, session.Sender{Origin: webhook.OriginTrigger}))
	}()
	r.await("the attempts that stand for those held", func(all []webhook.Delivery) bool { return len(all) == 1 && all[0].Attempts == 2 })
	testkit.ServeOn(t, second, testkit.Answer(http.StatusBadRequest, "second"))
	r.await("the second target's answer", func(all []webhook.Delivery) bool { return all[0].Attempts == 3 })
	testkit.ServeOn(t, first, testkit.Answer(http.StatusOK, "first"))
	got := receive(t, answers, "the sender's answer")
	if got.code != http.StatusBadRequest || got.body != "second" || got.header.Get(session.StatusHeader) != string(webhook.StatusRefused) {
		t.Errorf("got %d %q, %q; want the worst of both: 400, refused", got.code, got.body, got.header.Get(session.StatusHeader))
	}
}

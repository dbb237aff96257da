package relay

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// events is what a handler was sent, by their event.
func events(requests []testkit.Request) []string {
	var names []string
	for _, r := range requests {
		names = append(names, webhook.EventOf(r.Body))
	}
	slices.Sort(names)
	return names
}

func TestADeliveryGoesToEachTargetThatARouteNames(t *testing.T) {
	renders := testkit.Serve(t, testkit.Answer(http.StatusOK, "renders"))
	failures := testkit.Serve(t, testkit.Answer(http.StatusTeapot, "failures"))
	r := start(t, renders.URL(), func(p *parts) {
		p.relay.Routes = []Route{
			{Events: []string{"render.*"}, Target: parseTarget(t, renders.URL())},
			{Events: []string{"*.failed"}, Target: parseTarget(t, failures.URL())},
			{Events: []string{"render.queued"}, Target: parseTarget(t, renders.URL())}, // the same target again
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

func TestTheWorstAnswerOfSeveralTargetsGoesBack(t *testing.T) {
	good := testkit.Serve(t, testkit.Answer(http.StatusOK, "fine"))
	bad := testkit.Serve(t, testkit.Answer(http.StatusConflict, "no"))
	r := start(t, good.URL(), func(p *parts) {
		p.relay.Routes = []Route{{Target: parseTarget(t, bad.URL())}, {Target: parseTarget(t, good.URL())}}
	})
	got := r.postSigned(sampleBody)
	if got.code != http.StatusConflict || got.body != "no" {
		t.Errorf("got %d %q, want 409 and the words of the one that refused", got.code, got.body)
	}
}

func TestABugInOneOfSeveralAttemptsIsRecordedAndAnswered(t *testing.T) {
	r := start(t, testkit.Nowhere(t), panicking, func(p *parts) {
		p.relay.Routes = []Route{{Target: parseTarget(t, testkit.Nowhere(t))}, {Target: parseTarget(t, testkit.Nowhere(t))}}
	})
	if got := r.post("bug", nil); got.code != http.StatusInternalServerError {
		t.Errorf("got %d, want 500", got.code)
	}
	if d := r.only(); d.Status != webhook.StatusUnreachable || len(d.History) != 2 {
		t.Errorf("recorded %s with %d attempts, want unreachable, and one at each target", d.Status, len(d.History))
	}
	r.wantOnePanic("a bug for the test")
}

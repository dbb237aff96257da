package explain

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// story prints rows with their responses and hints, as listen, trigger and demo do.
type story struct {
	t     *testing.T
	st    display.Style
	lines []display.Line
}

func (s *story) row(clock string, id webhook.ID, event, about string, status webhook.Status, code int, d time.Duration) *story {
	s.t.Helper()
	sum := webhook.Summary{
		ID: id + "aaaa", ReceivedAt: at(s.t, clock), Event: event, About: about, Status: status, Code: code, Duration: d,
		Verdict: webhook.VerdictValid,
	}
	if d > 0 {
		sum.Attempts = 1
	}
	s.lines = append(s.lines, display.Row(sum, s.st))
	return s
}

func (s *story) words(a webhook.Attempt) *story {
	s.lines = append(s.lines, display.ResponseExcerpt(a, s.st)...)
	return s
}

func (s *story) hint(h display.Hint) *story {
	s.lines = append(s.lines, h.Indented(s.st)...)
	return s
}

func (s *story) explained(c Case) *story {
	h, _ := Explain(c, s.st)
	return s.hint(h)
}

func (s *story) is(want string) {
	s.t.Helper()
	if diff := cmp.Diff(want, "\n"+text(s.lines)); diff != "" {
		s.t.Errorf("(-want +got):\n%s", diff)
	}
}

func newStory(t *testing.T) *story { return &story{t: t, st: terminal()} }

func TestListenMatchesItsTranscript(t *testing.T) {
	newStory(t).
		row("14:02:08", "dlv_8kx4m2", "render.complete", "job_5tq8wd", webhook.StatusDelivered, 200, 12*ms).
		row("14:02:31", "dlv_a61tzr", "render.complete", "job_9bn2ze", webhook.StatusRefused, 401, 7*ms).
		words(responded(401, `{"error":"invalid signature"}`)).
		explained(refused(401)).
		row("14:03:10", "dlv_w5e0pj", "wallet.low_balance", "balance 312", webhook.StatusUnreachable, 0, ms).
		explained(silent(webhook.FailureRefused, notListening)).
		row("14:03:12", "dlv_0qm9vd", "render.complete", "job_h2xk7c", webhook.StatusUnreachable, 0, ms).
		is(`
14:02:08   ✓ render.complete    job_5tq8wd      200           12 ms  dlv_8kx4m2
14:02:31   ✗ render.complete    job_9bn2ze      401 refused    7 ms  dlv_a61tzr
             │ {"error":"invalid signature"}
             The signature is valid. Common causes:
             · the handler compares against bare hex; the header is
               sha256=<hex>
             · the handler hashes the parsed body instead of the raw bytes
             · the handler uses a different secret
             Find out which: vidiking diagnose dlv_a61tzr
14:03:10   ! wallet.low_balance balance 312     unreachable          dlv_w5e0pj
             Nothing is listening on localhost:3000. Is your server running?
14:03:12   ! render.complete    job_h2xk7c      unreachable          dlv_0qm9vd
`)
}

func TestTriggerMatchesItsTranscript(t *testing.T) {
	newStory(t).
		row("14:08:40", "dlv_5k9xwt", "render.processing", "job_y3s8pa", webhook.StatusDelivered, 200, 5*ms).
		words(responded(200, `{"received":true}`)).
		row("14:08:41", "dlv_zh70mv", "render.failed", "job_y3s8pa", webhook.StatusRefused, 500, 31*ms).
		words(responded(500, "TypeError: Cannot read properties of undefined (reading 'url')\n    at onFailed (handler.js:41)")).
		explained(Case{Attempt: responded(500, "TypeError: Cannot read properties of undefined (reading 'url')")}).
		is(`
14:08:40   ✓ render.processing  job_y3s8pa      200            5 ms  dlv_5k9xwt
             │ {"received":true}
14:08:41   ✗ render.failed      job_y3s8pa      500 refused   31 ms  dlv_zh70mv
             │ TypeError: Cannot read properties of undefined (reading 'url')
             │     at onFailed (handler.js:41)
`)
}

func TestDemoMatchesItsTranscript(t *testing.T) {
	newStory(t).
		row("14:00:02", "dlv_1d6gyt", "render.complete", "job_2v8ydk", webhook.StatusRejected, 0, 0).
		explained(rejected(webhook.VerdictInvalid)).
		row("14:00:02", "dlv_v90skb", "render.complete", "job_2v8ydk", webhook.StatusRefused, 401, 2*ms).
		words(responded(401, "invalid signature\n")).
		hint(display.Hint{Reason: "It compares with <hex>; the header is sha256=<hex>.", Fix: "Take sha256= off the header before comparing."}).
		is(`
14:00:02   ⊘ render.complete    job_2v8ydk      rejected             dlv_1d6gyt
             The signature is invalid. The handler never saw this delivery.
             cause  The body was modified after signing, or signed with a
                    different secret.
14:00:02   ✗ render.complete    job_2v8ydk      401 refused    2 ms  dlv_v90skb
             │ invalid signature
             cause  It compares with <hex>; the header is sha256=<hex>.
             fix    Take sha256= off the header before comparing.
`)
}

package tui

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// jobLog returns a log with a job of three events, the last of which the handler refused, and a replay of it.
func jobLog() *memoryLog {
	all := deliveries(0, 4)
	for i, event := range []string{"render.queued", "render.processing", "render.complete", "render.complete"} {
		all[i].Event, all[i].About, all[i].Body = event, "job_9bn2ze", []byte(`{"event":"`+event+`","data":{"id":"job_9bn2ze","frames":[1,2],"url":"https://cdn.vidiking.com/renders/job_9bn2ze.mp4","duration":10.5}}`)
		all[i].ReceivedAt = startTime.Add(time.Duration([]int{0, 300, 23_300, 90_000}[i])*time.Millisecond - time.Hour)
	}
	all[2], all[3] = refused(all[2]), refused(all[3])
	all[3].ReplayOf = all[2].ID
	return newMemoryLog(all...)
}

func TestTheStoryShowsTheLifeOfTheJob(t *testing.T) {
	onScreen(t, 80, 24, jobLog(), func(x *user) {
		x.press("up")
		x.shows(
			" ✗ 401 refused in 7 ms by localhost:3000/webhooks/vidiking\n   │ {\"error\":\"invalid signature\"}\n The signature is valid. Common causes:",
			" Find out which: D diagnose\n",
			" job    job_9bn2ze  ✓ queued ──0.3 s── ✓ processing ──23 s── ✗ complete\n",
			" replay ↻  23:01:30  401 refused in 7 ms  dlv_000003  same code\n")
		x.press("down")
		x.shows(" job    job_9bn2ze  ✓ queued ──0.3 s── ✓ processing ──23 s── ✗ complete\n", " of     dlv_000002\n")
	})
	onScreen(t, 80, 40, jobLog(), func(x *user) {
		x.shows(" data   id \"job_9bn2ze\"  frames 2 items\n        url \"https://cdn.vidiking.com/renders/job_9bn2ze.mp4\"  duration 10.5\n")
	})
}

func TestTheStoryOfABodyThatIsNotAPayload(t *testing.T) {
	for body, want := range map[string]string{
		"":               " No body.\n",
		"[1,2]":          " body   5 B of JSON, not an object\n",
		"just some text": " body   14 B, not JSON\n just some text\n",
		"\xff\xfe\x00":   " body   3 B, not text\n",
	} {
		d := delivery(1)
		d.Body, d.BodyBytes = []byte(body), int64(len(body))
		onScreen(t, 80, 24, newMemoryLog(d), func(x *user) { x.shows(want) })
	}
}

func TestDiagnosingNamesAnotherMachine(t *testing.T) {
	d := refused(delivery(0))
	d.Target = "https://staging.example.com/hook"
	onScreen(t, 80, 24, newMemoryLog(d), func(x *user) {
		x.press("D")
		x.shows("The handler is on another machine. Send test deliveries to", "staging.example.com/hook? y/n")
	})
}

func TestDiagnosingAsksAndShowsTheResultInTheStory(t *testing.T) {
	log := newMemoryLog(delivery(0), refused(delivery(1)))
	onScreen(t, 80, 24, log, func(x *user) {
		x.actions.diagnosis = view.Diagnosis{Probes: 7, Findings: []webhook.Finding{{Code: "x", Certainty: webhook.Certain, Cause: "The handler compares against <hex>.", Fix: `Strip the "sha256=" prefix.`}}}
		x.press("tab", "D")
		x.shows("Send test deliveries to localhost:3000/webhooks/vidiking? y/n")
		x.press("n")
		if len(x.actions.calls) > 0 {
			t.Fatalf("calls: %q", x.actions.calls)
		}
		x.press("D", "y")
		x.shows("[Story]", "Diagnosed with 7 test deliveries.\n cause  The handler compares against <hex>.\n fix    Strip the \"sha256=\" prefix.\n Once it is fixed: r replay\n")
		x.shows(" dlv_000001: The handler compares against <hex>.\n")
		x.press("up", "D")
		x.shows("Only refused deliveries are diagnosed. This one: 200")
		x.press("S")
		x.shows("dlv_000000 re-signed and sent as dlv_resign: ✓ 200 in 3 ms")
		if diff := cmp.Diff([]string{"diagnose dlv_000001aaaa", "resign dlv_000000aaaa"}, x.actions.calls); diff != "" {
			t.Error(diff)
		}
	})
}

package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// burst is the number of deliveries that arrive at once.
const burst = 50

// The limits of response times. Vidiking waits 10 s (docs: Webhooks, Retry Policy).
const (
	slowest = 10 * time.Second
	slow    = 2 * time.Second
)

func wholeRunCases() []Case {
	return []Case{
		{
			ID: "load.burst", Title: "accepts many deliveries at once", Weight: Should, Source: SourceOwn, stage: alone,
			Why:   "Jobs that were submitted together finish together.",
			Sends: "50 different deliveries at once", Expects: "2xx within 10 seconds", Fix: "Respond first, work later: put the delivery into a queue.",
			try: func(t *trial) {
				t.atOnce(burst, "a delivery among 50 at once", func() Request { return t.signed(t.complete()) })
			},
		},
		{
			ID: "time.slow", Title: "responds quickly", Weight: Must, Source: SourceVidiking, stage: afterward,
			Why:   "Vidiking waits 10 seconds, and then sends the delivery again. Under 2 seconds leaves room for a busy day.",
			Sends: "nothing: it looks at the response times of the other cases, without load.burst", Expects: "under 10 seconds; under 2 seconds is better",
			Fix: "Respond first, work later: put the delivery into a queue.",
			try: checkTimes,
		},
		{
			ID: "sec.leak", Title: "does not give away the secret or a signature", Weight: Must, Source: SourceOwn, stage: afterward,
			Why:   "A refusal that contains the expected signature lets anyone sign anything: send it once, read the signature, send it again.",
			Sends: "nothing: it looks at every refusal of the other cases", Expects: "neither the secret nor the expected signature",
			Fix: "Respond with a fixed text. Write the expected signature to your own log at most, and never the secret.",
			try: checkLeaks,
		},
	}
}

func checkTimes(t *trial) {
	var longest time.Duration
	for _, x := range t.run.exchanges {
		if x.Case != "load.burst" && (x.Attempt.Code != 0 || x.Attempt.Failure == webhook.FailureTimeout) {
			longest = max(longest, x.Attempt.Duration)
		}
	}
	took := fmt.Sprintf("%.1f s", longest.Seconds())
	if longest < time.Second {
		took = fmt.Sprintf("%d ms", longest.Milliseconds())
	}
	text := "the slowest response took " + took
	t.notes = append(t.notes, strings.ToUpper(text[:1])+text[1:]+".")
	switch {
	case longest >= slowest:
		t.checks = append(t.checks, check{unmet, Must, text, ""})
	case longest >= slow:
		t.checks = append(t.checks, check{unmet, Should, text, ""})
	}
}

func checkLeaks(t *trial) {
	secret := t.run.options.Secret.Reveal()
	for _, x := range t.run.exchanges {
		if x.Attempt.Status() != webhook.StatusRefused {
			continue
		}
		expected := t.digits(x.Body)
		if strings.Contains(strings.ToLower(strings.Join(x.Header.Values(webhook.SignatureHeader), " ")), expected) {
			continue // the handler may repeat what it received
		}
		decoded, _ := x.Attempt.DecodedResponse()
		text := bytes.ToLower(append([]byte(fmt.Sprint(x.Attempt.Header)), decoded...))
		leaked := ""
		switch {
		case bytes.Contains(text, []byte(expected)):
			leaked = "the expected signature"
		case bytes.Contains(text, bytes.ToLower([]byte(secret))):
			leaked = "the secret"
		default:
			continue
		}
		x.Met = false
		t.exchanges = append(t.exchanges, x)
		t.checks = append(t.checks, check{unmet, Must, "the refusal of " + x.Name + " contains " + leaked, ""})
		return
	}
}

package conformance

import (
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const notObservable = "Effects are not observable from outside: give --effect-cmd or --effect-url."

// lastRetry is the age of a delivery at Vidiking's last retry (docs: Webhooks, Retry Policy).
const lastRetry = 7*time.Hour + 12*time.Minute + 30*time.Second

func repeatCases() []Case {
	return []Case{
		{
			ID: "dup.same", Title: "accepts the same delivery again", Weight: Must, Source: SourceStandard, stage: alone,
			Why:   "Vidiking sends a delivery again if it saw no response, even if the handler has processed it. A refusal would only cause more retries. The effect must happen once.",
			Sends: "a delivery twice, then five times at once", Expects: "2xx each time, and one effect",
			Fix: "Respond 2xx to a delivery that you have processed already. Recognize it by data.id and event, with a unique key in your database.",
			try: tryDuplicates,
		},
		{
			ID: "dup.retry-after-fail", Title: "accepts a delivery that failed before", Weight: Should, Source: SourceVidiking, stage: alone,
			Why:   "A handler that marks a delivery as seen before it was processed loses it if the first try fails.",
			Sends: "a delivery with a wrong signature, as if it was damaged on its way; then the same delivery as it should be", Expects: "a refusal, then 2xx and one effect",
			Fix: "Mark a delivery as processed in the same transaction as its effect, and only after its signature is verified.",
			try: tryRetry,
		},
		{
			ID: "order.reversed", Title: "accepts events in any order", Weight: Should, Source: SourceOwn, stage: alone,
			Why:   "A retried delivery arrives after later ones, so a job can be complete before it is queued.",
			Sends: "render.complete, then render.queued of the same job", Expects: "2xx, and the late event undoes nothing",
			Fix: "Respond 2xx to an event that comes too late, and keep the later state of the job.",
			try: tryReversed,
		},
		{
			ID: "replay.old", Title: "accepts old deliveries", Weight: Info, Source: SourceVidiking,
			Why:   "Vidiking's last retry arrives 7 h 12 min after the event. A handler that refuses deliveries by their timestamp must allow for that.",
			Sends: "a timestamp of 7 h 12 min ago, and one from 2020", Expects: "2xx for the first; the second is only reported",
			Fix: "Allow for timestamps that are 8 hours old, or don't check them: they are a part of the signed body.",
			try: func(t *trial) {
				x := t.either("a delivery that is 7 h 12 min old", t.signed(dated(t.complete(), t.run.options.Now().Add(-lastRetry))))
				if last := len(t.checks) - 1; x != nil && x.Attempt.Status() == webhook.StatusRefused {
					t.checks[last].state, x.Met = doubtful, false
				}
				t.either("a delivery from 2020", t.signed(dated(t.complete(), time.Date(2020, 1, 15, 10, 30, 45, 0, time.UTC))))
			},
		},
	}
}

// dated returns a payload with another timestamp.
func dated(body []byte, at time.Time) []byte {
	_, after, _ := strings.Cut(string(body), `"timestamp":"`)
	now, _, _ := strings.Cut(after, `"`)
	return replaced(body, now, at.UTC().Format(time.RFC3339))
}

func tryDuplicates(t *trial) {
	before := t.effects()
	r := t.signed(t.complete())
	t.accept("a delivery", r)
	t.accept("the same delivery again", r)
	t.atOnce(5, "the same delivery five times at once", func() Request { return r })
	t.expectEffects(before, 1, "has %s of one delivery that was sent seven times")
}

func tryRetry(t *trial) {
	before := t.effects()
	body := t.complete()
	wrong := signature.Sign(webhook.SecretFrom("whsec_another_secret_of_the_test"), body, t.run.form)
	x := t.send("a delivery that is damaged on its way", t.run.refusals(), t.with(body, wrong))
	if x == nil || t.noResponse(x) {
		return
	}
	if x.Attempt.Status() == webhook.StatusDelivered {
		t.skipped = "not decided: the handler accepts a wrong signature, so the first try did not fail"
		return
	}
	t.accept("the same delivery, after it was refused", t.signed(body))
	t.expectEffects(before, 1, "has %s of a delivery that was accepted at its second try")
}

func tryReversed(t *trial) {
	before := t.effects()
	body := t.complete()
	job := webhook.Describe(body).Job
	t.accept("render.complete before render.queued", t.signed(body))
	after := t.settledEffects(before)
	queued := `{"event":"render.queued",` + string(body[strings.Index(string(body), `"timestamp"`):strings.Index(string(body), `"data"`)]) +
		`"data":{"id":"` + job + `","status":"QUEUED"}}`
	t.accept("render.queued after render.complete", t.signed([]byte(queued)))
	expectNotUndone(t, after)
}

// atOnce sends n requests at the same time, which next returns.
func (t *trial) atOnce(n int, name string, next func() Request) {
	requests, responses, errs := make([]Request, n), make([]Response, n), make([]error, n)
	for i := range n {
		requests[i] = next()
		requests[i].Case = t.ID
	}
	if t.err != nil {
		return
	}
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { responses[i], errs[i] = t.run.to.Deliver(t.ctx, requests[i]) })
	}
	group.Wait()
	if t.err = cmpErr(errs...); t.err != nil {
		return
	}
	for i := range n {
		t.exchanges = append(t.exchanges, Exchange{Request: requests[i], Response: responses[i], Name: name, Expected: "2xx", Met: true})
		t.checkAccepted(&t.exchanges[len(t.exchanges)-1])
	}
}

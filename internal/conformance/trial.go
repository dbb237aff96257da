package conformance

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// trial is one case while it runs.
type trial struct {
	Case
	requester

	ctx       context.Context //nolint:containedctx // a trial ends with its run
	exchanges []Exchange
	checks    checks
	notes     []string
	skipped   string // why the case does not apply
}

// state is the result of a check.
type state int

const (
	met      state = iota
	doubtful       // neither right nor wrong
	unmet
	failed // there was no response, so nothing is known
)

// check is one thing that a case found out.
type check struct {
	state  state
	weight Weight
	text   string // what the handler does: "accepts an empty signature: 200"
	name   string // checks of the same name are counted
}

// newTrial returns a trial whose ids depend on the seed and the case only.
func (b *battery) newTrial(ctx context.Context, c Case) *trial {
	key := sha256.Sum256([]byte(strconv.FormatUint(b.options.Seed, 10) + " " + c.ID))
	return &trial{Case: c, ctx: ctx, requester: requester{run: b, source: sample.New(b.options.Now, rand.NewChaCha8(key))}}
}

// send sends a request and records the exchange. It returns nil once the trial cannot go on.
func (t *trial) send(name, expected string, r Request) *Exchange {
	if t.err != nil {
		return nil
	}
	r.Case = t.ID
	response, err := t.run.to.Deliver(t.ctx, r)
	if err != nil {
		t.err = err
		return nil
	}
	t.exchanges = append(t.exchanges, Exchange{Request: r, Response: response, Name: name, Expected: expected, Met: true})
	return &t.exchanges[len(t.exchanges)-1]
}

// note adds the check of an exchange.
func (t *trial) note(x *Exchange, s state, text string) {
	x.Met = s == met
	t.checks = append(t.checks, check{s, t.Weight, text, x.Name})
}

// noResponse notes that there was no response, and reports whether that is the case.
func (t *trial) noResponse(x *Exchange) bool {
	a := x.Attempt
	switch {
	case a.Code != 0 && a.Failure == "":
		return false
	case a.Failure == webhook.FailureTimeout:
		t.note(x, unmet, "does not respond to "+x.Name+" in time")
	default:
		t.note(x, failed, fmt.Sprintf("no response to %s: %s", x.Name, strings.TrimSuffix(a.Error, ".")))
	}
	return true
}

// accept sends a request that a correct handler accepts, and reports whether it did.
func (t *trial) accept(name string, r Request) bool {
	x := t.send(name, "2xx", r)
	if x == nil {
		return false
	}
	return t.checkAccepted(x)
}

// checkAccepted notes whether the handler accepted a request.
func (t *trial) checkAccepted(x *Exchange) bool {
	switch {
	case t.noResponse(x):
	case x.Attempt.Status() == webhook.StatusDelivered:
		t.note(x, met, fmt.Sprintf("accepts %s: %d", x.Name, x.Attempt.Code))
	default:
		t.note(x, unmet, fmt.Sprintf("refuses %s: %d", x.Name, x.Attempt.Code))
	}
	return x.Met
}

// refuse sends a request that a correct handler refuses. A 5xx is doubtful: the handler may have crashed.
func (t *trial) refuse(name string, r Request) { t.refuseWith(name, r, doubtful) }

// refuseCleanly is refuse for requests on which wrong handlers crash.
func (t *trial) refuseCleanly(name string, r Request) { t.refuseWith(name, r, unmet) }

func (t *trial) refuseWith(name string, r Request, crash state) {
	x := t.send(name, t.run.refusals(), r)
	if x == nil || t.noResponse(x) {
		return
	}
	switch code := x.Attempt.Code; {
	case x.Attempt.Status() == webhook.StatusDelivered:
		t.note(x, unmet, fmt.Sprintf("accepts %s: %d", name, code))
	case t.run.isRefusal(code):
		t.note(x, met, fmt.Sprintf("refuses %s: %d", name, code))
	case code >= 500:
		t.note(x, crash, fmt.Sprintf("fails on %s: %d", name, code))
	default:
		t.note(x, doubtful, fmt.Sprintf("refuses %s, but with %d", name, code))
	}
}

// refuseAny sends a request that a correct handler refuses with any 4xx.
func (t *trial) refuseAny(name string, r Request) {
	x := t.send(name, "4xx", r)
	if x == nil || t.noResponse(x) {
		return
	}
	switch code := x.Attempt.Code; {
	case code >= 400 && code <= 499:
		t.note(x, met, fmt.Sprintf("refuses %s: %d", name, code))
	case code >= 500:
		t.note(x, unmet, fmt.Sprintf("fails on %s: %d", name, code))
	default:
		t.note(x, unmet, fmt.Sprintf("accepts %s: %d", name, code))
	}
}

// either sends a request that a correct handler may accept or refuse.
func (t *trial) either(name string, r Request) *Exchange {
	x := t.send(name, "any code below 500", r)
	if x == nil || t.noResponse(x) {
		return x
	}
	switch code := x.Attempt.Code; {
	case code >= 500:
		t.note(x, doubtful, fmt.Sprintf("fails on %s: %d", name, code))
	case x.Attempt.Status() == webhook.StatusDelivered:
		t.note(x, met, fmt.Sprintf("accepts %s: %d", name, code))
	default:
		t.note(x, met, fmt.Sprintf("refuses %s: %d", name, code))
	}
	return x
}

// result returns what the case found out.
func (t *trial) result(took time.Duration) Result {
	r := Result{Case: t.Case, Verdict: Pass, Message: t.Title, Notes: t.notes, Exchanges: t.exchanges, Took: took}
	if t.skipped != "" && len(t.checks) == 0 {
		r.Verdict, r.Message = Skip, t.skipped
		return r
	}
	worst, verdict := t.checks.worst(&t.run.options)
	r.Verdict = verdict
	switch {
	case r.Verdict != Pass:
		r.Message = t.checks.describe(worst)
	case t.Weight == Info && len(t.checks) > 0:
		var all []string
		for _, c := range t.checks {
			all = append(all, c.text)
		}
		r.Message = strings.Join(all, "; ")
	}
	return r
}

// verdict returns what a check means for its case.
func (c check) verdict(o *Options) Verdict {
	switch c.state {
	case failed:
		return Error
	case unmet:
		if c.weight == Must || c.weight == Should && o.Strict {
			return Fail
		}
		return Warn
	case doubtful:
		return Warn
	}
	return Pass
}

// checks are all that a case found out.
type checks []check

// worst returns the check that decides the verdict of the case.
func (all checks) worst(o *Options) (worst check, v Verdict) {
	for _, c := range all {
		if rank(c.verdict(o)) > rank(worst.verdict(o)) {
			worst = c
		}
	}
	return worst, worst.verdict(o)
}

// rank orders the verdicts of a case.
func rank(v Verdict) int {
	switch v {
	case Fail:
		return 3
	case Error:
		return 2
	case Warn:
		return 1
	default:
		return 0
	}
}

// describe returns the text of a check, and how many of several equal requests it is about.
func (all checks) describe(c check) string {
	same, total := 0, 0
	for _, other := range all {
		if other.name == c.name {
			total++
			if other.state != met {
				same++
			}
		}
	}
	if total < 2 || c.name == "" {
		return c.text
	}
	return fmt.Sprintf("%s (%d of %d)", c.text, same, total)
}

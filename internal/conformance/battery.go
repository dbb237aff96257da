package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/refusal"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Target delivers the requests of the battery to the handler and records them. It is used by several goroutines.
type Target interface {
	Deliver(ctx context.Context, r Request) (Response, error)
}

// Options configures a run of the battery. Secret, Now and Explain are required.
type Options struct {
	Secret       webhook.Secret
	Others       []Secret // other secrets that the handler may have
	Only         []string // ids of the cases to run; empty: all. base.valid always runs
	Skip         []string // ids of cases to leave out
	Strict       bool     // what a handler should do, it must
	RefuseStatus []int    // the codes of a correct refusal; empty: 400, 401 and 403
	Seed         uint64   // the ids of the payloads depend on it
	Effects      Effects  // nil: not observable
	Now          func() time.Time
	Explain      func(a webhook.Attempt) []webhook.Finding // why the handler refused a request, by its response
	Progress     func(done, total int)                     // called by one goroutine at a time; may be nil
}

// Report is the result of a run.
type Report struct {
	Results   []Result // in the order of Cases
	Form      signature.Style
	Framework string // the framework that the responses point to; may be empty
	Findings  []webhook.Finding
	Last      webhook.Attempt // the response to the first request, if the handler did not respond
	Sent      int
	Seed      uint64
	Started   time.Time
	Took      time.Duration
}

// Count returns the number of results with a verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// Score returns the share of what the handler passed, from 0 to 100. A must counts three times as much as a should.
func (r Report) Score() int {
	passed, all := 0, 0
	for _, result := range r.Results {
		points := 0
		switch {
		case result.Verdict == Skip || result.Weight == Info:
		case result.Weight == Must:
			points = 3
		default:
			points = 1
		}
		all += points
		if result.Verdict == Pass {
			passed += points
		}
	}
	if all == 0 {
		return 0
	}
	return 100 * passed / all
}

const (
	gateID     = "base.valid"
	redirectID = "http.no-redirect"
	// parallel is the number of cases that run at the same time. It is small, because a development server may have few threads.
	parallel = 6
)

// battery is a run under way.
type battery struct {
	options Options
	to      Target
	form    signature.Style

	mu        sync.Mutex
	exchanges []Exchange
	done      int
	total     int
}

// Run runs the cases. It returns ErrNoResponse if there is no handler to receive the first request, and an error if a request
// cannot be recorded or ctx is done.
func Run(ctx context.Context, o Options, to Target) (Report, error) {
	if len(o.RefuseStatus) == 0 {
		o.RefuseStatus = []int{400, 401, 403}
	}
	b := &battery{options: o, to: &counting{to: to}, form: signature.StylePrefixed}
	report := Report{Seed: o.Seed, Started: o.Now()}
	cases := Cases()
	results := make([]*Result, len(cases))
	var run []int
	for i, c := range cases {
		switch {
		case slices.Contains(o.Skip, c.ID):
			results[i] = &Result{Case: c, Verdict: Skip, Message: "left out"}
		case len(o.Only) == 0 || slices.Contains(o.Only, c.ID) || c.ID == gateID:
			run = append(run, i)
		}
	}
	b.total = len(run)
	gate, err := b.runGate(ctx)
	if err == nil {
		for _, i := range run {
			switch c := cases[i]; {
			case c.ID == gateID:
				results[i] = &gate.valid
			case c.ID == redirectID && gate.redirect != nil:
				results[i] = gate.redirect
			case !gate.open:
				results[i] = &Result{Case: c, Verdict: Skip, Message: "not run: the handler does not accept a correct delivery"}
			}
		}
		if !gate.open && gate.redirect != nil {
			i := slices.IndexFunc(cases, func(c Case) bool { return c.ID == redirectID })
			results[i] = gate.redirect // also if it was not selected: it is the reason
		}
		err = b.runAll(ctx, cases, results, run)
	}
	report.Form, report.Took, report.Sent = b.form, o.Now().Sub(report.Started), int(b.to.(*counting).n.Load())
	for _, r := range results {
		if r != nil {
			report.Results = append(report.Results, *r)
		}
	}
	report.Framework = b.framework()
	if x := gate.valid.Deciding(); x != nil {
		report.Last = x.Attempt
	}
	report.Findings = gate.valid.Findings
	if gate.open && err == nil {
		report.Findings, err = b.profile(ctx, report.Results)
	}
	return report, err
}

// runAll runs the cases without a result, stage by stage.
func (b *battery) runAll(ctx context.Context, cases []Case, results []*Result, run []int) error {
	errs := make([]error, len(cases))
	one := func(i int) { results[i], errs[i] = b.runCase(ctx, cases[i]) }
	var group sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for _, s := range []stage{together, alone, afterward} {
		for _, i := range run {
			if results[i] != nil || cases[i].stage != s {
				continue
			}
			if s != together {
				one(i)
				continue
			}
			slots <- struct{}{}
			group.Go(func() {
				defer func() { <-slots }()
				one(i)
			})
		}
		group.Wait()
		b.sortExchanges(cases)
	}
	return errors.Join(errs...)
}

// sortExchanges puts the exchanges into the order of the cases, so that a report does not depend on which case ended first.
func (b *battery) sortExchanges(cases []Case) {
	place := map[string]int{}
	for i, c := range cases {
		place[c.ID] = i
	}
	sort.SliceStable(b.exchanges, func(i, j int) bool { return place[b.exchanges[i].Case] < place[b.exchanges[j].Case] })
}

// runCase runs one case.
func (b *battery) runCase(ctx context.Context, c Case) (*Result, error) {
	began := b.options.Now()
	t := b.newTrial(ctx, c)
	if ctx.Err() == nil {
		c.try(t)
	}
	if err := cmpErr(ctx.Err(), t.err); err != nil {
		return nil, err
	}
	r := t.result(b.options.Now().Sub(began))
	b.finish(r)
	return &r, nil
}

// cmpErr returns the first error.
func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// finish keeps the exchanges of a case and reports progress.
func (b *battery) finish(r Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.exchanges = append(b.exchanges, r.Exchanges...)
	if b.done++; b.options.Progress != nil {
		b.options.Progress(b.done, b.total)
	}
}

// isRefusal reports whether a code is one of a correct refusal.
func (b *battery) isRefusal(code int) bool { return slices.Contains(b.options.RefuseStatus, code) }

// refusals lists the codes of a correct refusal in words.
func (b *battery) refusals() string {
	var all []string
	for _, code := range b.options.RefuseStatus {
		all = append(all, strconv.Itoa(code))
	}
	if len(all) == 1 {
		return all[0]
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// framework returns the framework that the responses point to.
func (b *battery) framework() string {
	for _, x := range b.exchanges {
		if name := refusal.Framework(refusal.NewResponse(x.Attempt)); name != "" {
			return name
		}
	}
	return ""
}

// gateResult is what the first requests found out.
type gateResult struct {
	valid    Result
	redirect *Result // set if the handler redirects
	open     bool    // the handler accepts a correct delivery
}

// runGate sends a correct delivery in both forms until the handler accepts one.
func (b *battery) runGate(ctx context.Context) (gateResult, error) {
	cases := Cases()
	began := b.options.Now()
	t := b.newTrial(ctx, cases[slices.IndexFunc(cases, func(c Case) bool { return c.ID == gateID })])
	var g gateResult
	for _, form := range []signature.Style{signature.StylePrefixed, signature.StyleBare} {
		b.form = form
		x := t.send("a correct delivery", "2xx", t.signed(t.complete()))
		switch {
		case t.err != nil:
			return g, t.err
		case x.Attempt.Code == 0 && !wasReceived(x.Attempt):
			g.valid.Exchanges = t.exchanges
			return g, ErrNoResponse
		case x.Attempt.Code == 0:
			t.noResponse(x)
			g.valid = t.result(b.options.Now().Sub(began))
			b.finish(g.valid)
			return g, nil
		case isRedirect(x.Attempt.Code):
			x.Met = false
			g.valid = Result{Case: t.Case, Verdict: Skip, Message: "not run: the handler redirects", Exchanges: t.exchanges}
			g.redirect = b.redirected(*x, cases)
			g.valid.Took = b.options.Now().Sub(began)
			g.valid.Findings = b.options.Explain(x.Attempt)
			b.finish(g.valid)
			return g, nil
		case x.Attempt.Status() == webhook.StatusDelivered:
			t.exchanges = t.exchanges[len(t.exchanges)-1:] // the other form is a case of its own
			t.checkAccepted(&t.exchanges[0])
			g.open, g.valid = true, t.result(b.options.Now().Sub(began))
			b.finish(g.valid)
			return g, nil
		}
	}
	b.form = signature.StylePrefixed
	for i := range t.exchanges {
		t.exchanges[i].Name = "a correct delivery in both forms"
		t.checkAccepted(&t.exchanges[i])
	}
	t.checks = t.checks[:1]
	g.valid = t.result(b.options.Now().Sub(began))
	b.finish(g.valid)
	found, err := b.diagnoseGate(ctx, t.exchanges)
	g.valid.Findings = found
	return g, err
}

// wasReceived reports whether a handler without a response had received the request: then it crashed, or takes too long.
func wasReceived(a webhook.Attempt) bool {
	return slices.Contains([]webhook.Failure{webhook.FailureReset, webhook.FailureTimeout, webhook.FailureBadResponse}, a.Failure)
}

func isRedirect(code int) bool { return code >= 300 && code <= 399 }

// redirected returns the result of the case that the handler fails if it redirects.
func (b *battery) redirected(x Exchange, cases []Case) *Result {
	c := cases[slices.IndexFunc(cases, func(c Case) bool { return c.ID == redirectID })]
	x.Case = redirectID
	return &Result{
		Case: c, Verdict: Fail, Exchanges: []Exchange{x}, Findings: b.options.Explain(x.Attempt),
		Message: fmt.Sprintf("redirects a delivery to %s: %d", x.Attempt.Header.Get("Location"), x.Attempt.Code),
	}
}

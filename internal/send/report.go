package send

import (
	"fmt"
	"iter"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Report collects a JUnit test case for each request. A nil Report collects nothing.
type Report struct {
	name    string
	started time.Time
	now     func() time.Time
	save    func(output.TestSuite) error
	cases   []reportCase
	events  map[string]string // makes equal names share one string
}

// reportCase is small because a report may have a million of them.
type reportCase struct {
	event        string
	number, copy int32
	truncated    bool
	took         time.Duration
	failure      *output.TestFailure
}

// NewReport starts a report with the name of a test suite. Save writes the finished report.
func NewReport(name string, now func() time.Time, save func(output.TestSuite) error) *Report {
	return &Report{name: name, started: now(), now: now, save: save, events: map[string]string{}}
}

// write saves the test cases in the order in which their requests ended.
func (r *Report) write() error {
	if r == nil {
		return nil
	}
	return r.save(output.TestSuite{Name: r.name, Started: r.started, Took: r.now().Sub(r.started), Cases: r.all()})
}

// add adds the result of a request.
func (r *Report) add(request load.Request[[]byte], result load.Result) {
	if r == nil {
		return
	}
	event := webhook.Describe(request.Item).Event
	if known, ok := r.events[event]; ok {
		event = known
	} else {
		r.events[event] = event
	}
	c := reportCase{event: event, number: int32(request.Number), copy: int32(request.Copy), truncated: request.Truncated, took: result.Took} // maxRequests fits
	if result.Failure != "" {
		c.failure = testFailure(result)
	}
	r.cases = append(r.cases, c)
}

func testFailure(r load.Result) *output.TestFailure {
	f := &output.TestFailure{Kind: string(r.Status), Message: r.Failure, Errored: r.Status == ""}
	if f.Errored {
		f.Kind = "not_taken"
	}
	if r.ID != "" {
		f.Text = "See it: vidiking webhooks show " + string(r.ID) + "\n"
	}
	f.Text += output.ResponseText(r.Attempt)
	c := explain.Case{Summary: webhook.Summary{ID: r.ID, Status: r.Status, Verdict: r.Verdict}, Attempt: r.Attempt, Audience: explain.AudienceDirect}
	if h, ok := explain.Explain(c, display.Style{UTF8: true}); ok {
		f.Text += output.HintText(h)
	}
	return f
}

func (r *Report) all() iter.Seq[output.TestCase] {
	return func(yield func(output.TestCase) bool) {
		for _, c := range r.cases {
			event := c.event
			if event == "" {
				event = "payload"
			}
			name := fmt.Sprintf("%s %d", event, c.number)
			if c.copy > 1 {
				name += fmt.Sprintf(" (copy %d)", c.copy)
			}
			if c.truncated {
				name += " (truncated)"
			}
			if !yield(output.TestCase{Class: r.name, Name: name, Took: c.took, Failure: c.failure}) {
				return
			}
		}
	}
}

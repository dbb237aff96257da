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
	causes  map[string]*failureCause
}

// reportCase is small because a report may have a million of them.
type reportCase struct {
	event        string
	number, copy int32
	truncated    bool
	took         time.Duration
	failure      *output.TestFailure
	cause        *failureCause // nil if the failure needs no explanation
}

// failureCause explains failures with the same cause. It is explained when the report is written, because that reads the log.
type failureCause struct {
	first load.Response
	text  string
}

// NewReport starts a report with the name of a test suite. Save writes the finished report.
func NewReport(name string, now func() time.Time, save func(output.TestSuite) error) *Report {
	return &Report{name: name, started: now(), now: now, save: save, events: map[string]string{}, causes: map[string]*failureCause{}}
}

// write saves the test cases in the order in which their requests ended. It calls explanation once for each cause of failures.
func (r *Report) write(explanation func(first load.Response) string) error {
	if r == nil {
		return nil
	}
	for _, c := range r.causes {
		c.text = explanation(c.first)
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
		c.failure, c.cause = testFailure(result), r.causeOf(result.Response)
	}
	r.cases = append(r.cases, c)
}

// causeOf returns the cause of a failure. Failures whose responses alone have the same explanation have the same cause.
func (r *Report) causeOf(failed load.Response) *failureCause {
	c := explain.Case{Summary: webhook.Summary{ID: failed.ID, Status: failed.Status, Verdict: failed.Verdict}, Attempt: failed.Attempt}
	hint, ok := explain.Explain(c, display.Style{UTF8: true})
	if !ok {
		return nil
	}
	if r.causes[hint.Key()] == nil {
		r.causes[hint.Key()] = &failureCause{first: failed}
	}
	return r.causes[hint.Key()]
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
			failure := c.failure
			if c.cause != nil {
				explained := *c.failure
				explained.Text += c.cause.text
				failure = &explained
			}
			if !yield(output.TestCase{Class: r.name, Name: name, Took: c.took, Failure: failure}) {
				return
			}
		}
	}
}

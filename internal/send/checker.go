package send

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Checker checks the outcome of each send against the expectation. Without an expectation, a delivery must be delivered, and a delivery
// whose body chaos truncated must be refused.
type Checker struct {
	expect     Expectation
	truncates  bool // chaos truncates some bodies
	report     *Report
	request    load.Request[[]byte] // the request that check and fail are called for
	unexpected int
	unrecorded bool // deliveries are not recorded, so their ids find nothing
}

// NewChecker returns a Checker that adds every outcome to a report, which may be nil.
func NewChecker(expect Expectation, chaos load.Chaos, report *Report) *Checker {
	return &Checker{expect: expect, truncates: chaos.Truncate > 0, report: report}
}

// isStrict reports whether something other than delivery is expected.
func (c *Checker) isStrict() bool { return c.expect.IsSet() || c.truncates }

// next sets the request for the next call of check or fail.
func (c *Checker) next(request load.Request[[]byte]) { c.request = request }

// check checks the outcome of the current request and reports whether the user expected it. It prints the result if there is an
// expectation.
func (c *Checker) check(p output.Printer, out relay.Outcome) bool {
	actual, failure := c.verdict(c.request, out)
	if failure != "" {
		c.unexpected++
	}
	response := responseOf(out, failure)
	if c.unrecorded {
		response.ID = ""
	}
	c.report.add(c.request, load.Result{Response: response, Took: out.Attempt.Duration})
	if c.expect.IsSet() {
		p.Expected(output.Expectation{ID: out.Delivery.ID, Met: failure == "", Expected: c.expect.String(), Actual: actual})
	}
	return c.isStrict() && failure == ""
}

// fail adds the current request to the report, as one without an outcome.
func (c *Checker) fail(reason string, took time.Duration) {
	c.report.add(c.request, load.Result{Response: load.Response{Failure: reason}, Took: took})
}

// verdict describes the outcome of a request. Failure is the difference to the expected outcome; empty if there is none.
func (c *Checker) verdict(request load.Request[[]byte], out relay.Outcome) (actual, failure string) {
	status := out.Delivery.Status
	if c.expect.IsSet() {
		actual, met := c.expect.check(status, out.Attempt)
		if !met {
			failure = "expected " + c.expect.String() + ", got " + actual
		}
		return actual, failure
	}
	actual = display.StatusText(webhook.Summary{Status: status, Code: out.Attempt.Code})
	switch {
	case request.Truncated && status == webhook.StatusDelivered:
		failure = "truncated, but accepted with " + actual
	case status == webhook.StatusDelivered, status == webhook.StatusSkipped:
	case request.Truncated && (status == webhook.StatusRefused || status == webhook.StatusRejected):
	case out.Attempt.Error != "":
		failure = actual + ": " + strings.TrimSuffix(out.Attempt.Error, ".")
	default:
		failure = actual
	}
	return actual, failure
}

func responseOf(out relay.Outcome, failure string) load.Response {
	return load.Response{ID: out.Delivery.ID, Status: out.Delivery.Status, Verdict: out.Delivery.Verdict, Attempt: out.Attempt, Failure: failure}
}

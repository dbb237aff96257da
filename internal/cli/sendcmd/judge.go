package sendcmd

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// judge says of each sending whether it came to what it should: what --expect-status and --expect-body ask for; else that it was
// delivered, or was not where chaos had cut it short. A nil judge asks for nothing.
type judge struct {
	expect  expectation
	spoils  bool // chaos cuts some short
	shot    load.Request[[]byte]
	wrong   int
	lost    bool        // nothing is recorded, so that no id names anything
	reports *caseReport // nil: none
}

func newJudge(a *cmdutil.App, o *TriggerOptions) (*judge, error) {
	j := &judge{expect: o.expect, spoils: o.chaos.Truncate > 0}
	if o.many.junit == "" {
		return j, nil
	}
	var err error
	j.reports, err = newCaseReport(a, o)
	return j, err
}

// asks reports whether something else than delivery is asked for.
func (j *judge) asks() bool { return j != nil && (j.expect.given || j.spoils) }

// next says which sending it is that see is called for.
func (j *judge) next(shot load.Request[[]byte]) { j.shot = shot }

// see looks at what came of a sending, says it where something was asked for, and reports whether it was expected.
func (j *judge) see(p output.Printer, out relay.Outcome) bool {
	if j == nil {
		return false
	}
	came, wrong := j.verdict(j.shot, out)
	if wrong != "" {
		j.wrong++
	}
	answer := answerOf(out, wrong)
	if j.lost {
		answer.ID = ""
	}
	j.reports.add(j.shot, load.Result{Response: answer, Took: out.Attempt.Duration})
	if j.expect.given {
		p.Expected(output.Expectation{ID: out.Delivery.ID, Met: wrong == "", Expected: j.expect.String(), Actual: came})
	}
	return j.asks() && wrong == ""
}

// lose takes in a sending that nothing came of, and why.
func (j *judge) lose(why string, took time.Duration) {
	if j != nil {
		j.reports.add(j.shot, load.Result{Response: load.Response{Failure: why}, Took: took})
	}
}

// verdict says what came in words, and what is wrong with that; nothing where it is as it should be.
func (j *judge) verdict(shot load.Request[[]byte], out relay.Outcome) (came, wrong string) {
	status := out.Delivery.Status
	if j.expect.given {
		came, ok := j.expect.met(status, out.Attempt)
		if !ok {
			wrong = "expected " + j.expect.String() + ", got " + came
		}
		return came, wrong
	}
	came = display.StatusText(webhook.Summary{Status: status, Code: out.Attempt.Code})
	switch {
	case shot.Truncated && status == webhook.StatusDelivered:
		wrong = "cut short, and accepted with " + came
	case status == webhook.StatusDelivered, status == webhook.StatusSkipped:
	case shot.Truncated && (status == webhook.StatusRefused || status == webhook.StatusRejected):
	case out.Attempt.Error != "":
		wrong = came + ": " + strings.TrimSuffix(out.Attempt.Error, ".")
	default:
		wrong = came
	}
	return came, wrong
}

func answerOf(out relay.Outcome, wrong string) load.Response {
	return load.Response{ID: out.Delivery.ID, Status: out.Delivery.Status, Attempt: out.Attempt, Failure: wrong}
}

// Report writes the JUnit report, where one was asked for.
func (j *judge) Report() error { return j.reports.write() }

// Close lets go of a report that was not written.
func (j *judge) Close() { j.reports.Close() }

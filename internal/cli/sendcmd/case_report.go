package sendcmd

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// caseReport is the JUnit file of a `trigger`: a test for each sending. A nil caseReport is none.
type caseReport struct {
	app     *cmdutil.App
	file    *atomicfile.File
	name    string
	started time.Time
	cases   []caseRecord
	events  map[string]string // one string for all that are the same
}

// caseRecord is a sending, as little of it as will do: there may be a million.
type caseRecord struct {
	event        string
	number, copy int32
	cut          bool
	took         time.Duration
	failure      *output.TestFailure
}

// newCaseReport begins the file before anything is sent, so that a wrong path is known then.
func newCaseReport(a *cmdutil.App, o *TriggerOptions) (*caseReport, error) {
	file, err := cmdutil.CreateReport(a, o.many.junit)
	if err != nil {
		return nil, err
	}
	name := strings.Join(o.Names, " ")
	if o.data != "" {
		name = "--data " + o.data
	}
	return &caseReport{app: a, file: file, name: "vidiking trigger " + name, started: a.W.Now(), events: map[string]string{}}, nil
}

// add takes in what came of a sending.
func (c *caseReport) add(shot load.Request[[]byte], r load.Result) {
	if c == nil {
		return
	}
	event := webhook.Describe(shot.Item).Event
	if known, ok := c.events[event]; ok {
		event = known
	} else {
		c.events[event] = event
	}
	record := caseRecord{event: event, number: int32(shot.Number), copy: int32(shot.Copy), cut: shot.Truncated, took: r.Took} // maxSendings fits
	if r.Failure != "" {
		record.failure = failureOf(r)
	}
	c.cases = append(c.cases, record)
}

func failureOf(r load.Result) *output.TestFailure {
	f := &output.TestFailure{Kind: string(r.Status), Message: r.Failure, Errored: r.Status == ""}
	if f.Errored {
		f.Kind = "not_taken"
	}
	if r.ID != "" {
		f.Text = "See it: vidiking webhooks show " + string(r.ID) + "\n"
	}
	f.Text += AnswerText(r.Attempt)
	return f
}

// AnswerText is what the handler answered, as a report has it.
func AnswerText(a webhook.Attempt) string {
	var b strings.Builder
	for _, line := range display.Response(a, display.Style{UTF8: true}) {
		b.WriteString(strings.TrimPrefix(line.String(), "│ ") + "\n")
	}
	return b.String()
}

// all are the tests in the order in which they ended.
func (c *caseReport) all() iter.Seq[output.TestCase] {
	return func(yield func(output.TestCase) bool) {
		for _, r := range c.cases {
			event := r.event
			if event == "" {
				event = "payload"
			}
			name := fmt.Sprintf("%s %d", event, r.number)
			if r.copy > 1 {
				name += fmt.Sprintf(" (copy %d)", r.copy)
			}
			if r.cut {
				name += " (cut short)"
			}
			if !yield(output.TestCase{Class: c.name, Name: name, Took: r.took, Failure: r.failure}) {
				return
			}
		}
	}
}

func (c *caseReport) write() error {
	if c == nil {
		return nil
	}
	return cmdutil.WriteJUnit(c.file, output.TestSuite{Name: c.name, Started: c.started, Took: c.app.W.Now().Sub(c.started), Cases: c.all()})
}

func (c *caseReport) Close() {
	if c != nil {
		c.file.Discard()
	}
}

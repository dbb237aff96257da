package conformance

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Weight is how much a case counts.
type Weight string

// The weights.
const (
	Must   Weight = "must"   // a handler that does otherwise is wrong
	Should Weight = "should" // a handler that does otherwise works, until something changes
	Info   Weight = "info"   // both are correct; the report says which one the handler does
)

// Source says what a case follows from.
type Source string

// The sources.
const (
	SourceVidiking Source = "D"
	SourceStandard Source = "W"
	SourceHTTP     Source = "H"
	SourceOwn      Source = "P"
)

// String describes the source in a few words.
func (s Source) String() string {
	switch s {
	case SourceVidiking:
		return "Vidiking's documentation"
	case SourceStandard:
		return "the Standard Webhooks specification 1.0.0"
	case SourceHTTP:
		return "HTTP"
	default:
		return "a recommendation of this program"
	}
}

// Case is one test of the battery. All texts complete a sentence without a period, except Why and Fix.
type Case struct {
	ID      string // stable, never reused
	Title   string // what a correct handler does: "refuses a delivery without a signature"
	Why     string
	Sends   string
	Expects string
	Fix     string // what to change if the handler does otherwise
	Weight  Weight
	Source  Source

	stage stage
	try   func(t *trial)
}

// Group returns the part of the id before the dot.
func (c Case) Group() string {
	group, _, _ := strings.Cut(c.ID, ".")
	return group
}

// stage says when a case runs.
type stage int

const (
	together  stage = iota // next to other cases
	alone                  // while no other case runs
	afterward              // once everything was sent
)

// Verdict is the result of a case.
type Verdict string

// The verdicts, the worst first.
const (
	Fail  Verdict = "fail"
	Error Verdict = "error" // the case could not be run
	Warn  Verdict = "warn"
	Pass  Verdict = "pass"
	Skip  Verdict = "skip"
)

// Verdicts returns all verdicts, the worst first.
func Verdicts() []Verdict { return []Verdict{Fail, Error, Warn, Pass, Skip} }

// Request is one request of a case.
type Request struct {
	Case   string // the id of the case
	Header webhook.Header
	Body   []byte
	Shape  dispatch.Shape
}

// Response is the recorded response to a request.
type Response struct {
	ID      webhook.ID // of the delivery in the log; empty if it could not be recorded
	Attempt webhook.Attempt
	Stale   bool // the handler closed the connection instead of reading a second request on it
}

// Exchange is a request, its response, and what was expected.
type Exchange struct {
	Request
	Response

	Name     string // what was sent: "an empty signature"
	Expected string // "2xx"
	Met      bool
}

// Result is the result of one case.
type Result struct {
	Case

	Verdict   Verdict
	Message   string   // what the handler does
	Notes     []string // further sentences
	Exchanges []Exchange
	Findings  []webhook.Finding // causes, if they are known
	Took      time.Duration
}

// Deciding returns the exchange that shows the verdict: the first that was not as expected, otherwise the last. It returns nil if
// nothing was sent.
func (r Result) Deciding() *Exchange {
	if i := slices.IndexFunc(r.Exchanges, func(x Exchange) bool { return !x.Met }); i >= 0 {
		return &r.Exchanges[i]
	}
	if len(r.Exchanges) == 0 {
		return nil
	}
	return &r.Exchanges[len(r.Exchanges)-1]
}

// Cases returns all cases, in the order of the documentation.
func Cases() []Case {
	return slices.Concat(baseCases(), signatureCases(), rawCases(), bodyCases(), httpCases(), repeatCases(), wholeRunCases())
}

// Matching returns the ids of the cases that match a glob, such as sig.*, or nil if none does.
func Matching(glob string) []string {
	var ids []string
	for _, c := range Cases() {
		if ok, err := path.Match(glob, c.ID); ok && err == nil {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

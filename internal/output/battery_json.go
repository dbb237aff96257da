package output

import (
	"github.com/vidiking/vidiking-cli/internal/conformance"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type jsonCase struct {
	kind
	ID         string              `json:"id"`
	Verdict    conformance.Verdict `json:"verdict"`
	Weight     conformance.Weight  `json:"weight"`
	Source     conformance.Source  `json:"source"`
	Title      string              `json:"title"`
	Message    string              `json:"message"`
	Notes      []string            `json:"notes,omitempty"`
	Known      bool                `json:"known,omitempty"`
	Sent       string              `json:"sent,omitempty"`
	Expected   string              `json:"expected,omitempty"`
	Code       int                 `json:"code,omitempty"`
	Error      string              `json:"error,omitempty"`
	Response   string              `json:"response,omitempty"`
	Deliveries []webhook.ID        `json:"deliveries,omitempty"`
	Fix        string              `json:"fix,omitempty"`
	Rerun      string              `json:"rerun"`
	Docs       string              `json:"docs"`
	DurationMS float64             `json:"duration_ms"`
	Findings   []jsonFinding       `json:"findings,omitempty"`
}

type jsonBattery struct {
	kind
	Target     string        `json:"target"`
	Form       string        `json:"form"`
	Framework  string        `json:"framework,omitempty"`
	Score      int           `json:"score"`
	Passed     int           `json:"passed"`
	Failed     int           `json:"failed"`
	Errors     int           `json:"errors"`
	Warnings   int           `json:"warnings"`
	Skipped    int           `json:"skipped"`
	Known      int           `json:"known,omitempty"`
	Sent       int           `json:"sent"`
	Seed       uint64        `json:"seed"`
	Recipe     []string      `json:"recipe,omitempty"`
	Replaced   []string      `json:"replaced,omitempty"`
	DurationMS float64       `json:"duration_ms"`
	Findings   []jsonFinding `json:"findings,omitempty"`
}

type jsonCaseInfo struct {
	kind
	ID      string             `json:"id"`
	Weight  conformance.Weight `json:"weight"`
	Source  conformance.Source `json:"source"`
	Title   string             `json:"title"`
	Why     string             `json:"why"`
	Sends   string             `json:"sends"`
	Expects string             `json:"expects"`
	Docs    string             `json:"docs"`
}

func printBatteryJSON(o Options, b Battery) error {
	p := newJSON(o)
	for _, r := range b.Results {
		p.put(b.caseObject(o, r))
	}
	p.put(jsonBattery{
		of("test"), b.URL, string(b.Form), b.Framework, b.Score(), b.Count(conformance.Pass), b.Count(conformance.Fail),
		b.Count(conformance.Error), b.Count(conformance.Warn), b.Count(conformance.Skip), b.knownFailures(), b.Sent, b.Seed, b.Recipe, b.Replaced, millis(b.Took),
		findingObjects(o.withSelf(b.Findings), nil).Findings,
	})
	return p.Err()
}

func (b Battery) caseObject(o Options, r conformance.Result) jsonCase {
	c := jsonCase{
		kind: of("case"), ID: r.ID, Verdict: r.Verdict, Weight: r.Weight, Source: r.Source, Title: r.Title, Message: r.Message, Notes: r.Notes,
		Known: b.isKnown(r), Rerun: o.Command(b.rerun(r.ID)), Docs: DocsOf(r.ID), DurationMS: millis(r.Took), Findings: findingObjects(o.withSelf(r.Findings), nil).Findings,
	}
	for _, x := range r.Exchanges {
		if x.ID != "" {
			c.Deliveries = append(c.Deliveries, x.ID)
		}
	}
	if x := r.Deciding(); x != nil {
		c.Sent, c.Expected, c.Code, c.Error, c.Response = sentText(*x), x.Expected, x.Attempt.Code, x.Attempt.Error, b.masked(ResponseText(x.Attempt))
	}
	if r.Verdict != conformance.Pass && r.Verdict != conformance.Skip {
		for _, f := range b.facts(r) {
			if f.label == "fix" {
				c.Fix = f.text
			}
		}
	}
	return c
}

// PrintCases lists the cases of `test`.
func PrintCases(o Options, cases []conformance.Case) error {
	if o.Format == FormatJSON {
		p := newJSON(o)
		for _, c := range cases {
			p.put(jsonCaseInfo{of("case_info"), c.ID, c.Weight, c.Source, c.Title, c.Why, c.Sends, c.Expects, DocsOf(c.ID)})
		}
		return p.Err()
	}
	p := newText(o)
	for _, c := range cases {
		if !o.Terminal {
			p.out.tabbed(c.ID, string(c.Weight), string(c.Source), c.Title)
			continue
		}
		p.out.text(0, display.PadRight(c.ID, idCells)+display.PadRight(string(c.Weight), 8)+display.PadRight(string(c.Source), 3)+c.Title)
	}
	return p.out.err
}

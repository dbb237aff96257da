package output

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Diagnosis is the result of `diagnose`.
type Diagnosis struct {
	Delivery  webhook.Summary
	Target    string // where the probes were sent; empty if none was
	Probes    int
	Accepted  bool            // the handler accepts the delivery now
	Explained bool            // there is nothing left to find out
	Last      webhook.Attempt // the response to the delivery as it is
	Findings  []webhook.Finding
	Tried     []string // what was tried, if a signature that is not valid has no certain cause
	Framework string   // whose recipe it is
	Recipe    []string // lines of code that check the signature correctly
}

type jsonDiagnosis struct {
	kind
	ID        webhook.ID `json:"delivery_id"`
	Target    string     `json:"target,omitempty"`
	Probes    int        `json:"probes"`
	Accepted  bool       `json:"accepted"`
	Code      int        `json:"code,omitempty"`
	Framework string     `json:"framework,omitempty"`
	Recipe    []string   `json:"recipe,omitempty"`
	jsonFindings
}

// PrintDiagnosis prints why a handler refused a delivery, how sure that is, and what to do.
func PrintDiagnosis(o Options, d Diagnosis) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonDiagnosis{
			of("diagnosis"), d.Delivery.ID, d.Target, d.Probes, d.Accepted, d.Last.Code, d.Framework, d.Recipe, findingObjects(o.withSelf(d.Findings), d.Tried),
		})
	}
	p := newText(o)
	p.out.line(0, display.Title(d.Delivery, o.Style))
	p.out.blank()
	switch {
	case d.Accepted:
		p.out.text(2, "The handler accepts this delivery now.")
	case len(d.Findings) == 0:
		for _, l := range display.Response(d.Last, o.Style.Narrowed(2)) {
			p.out.line(2, l)
		}
		p.out.text(2, "No known cause. The response above is all that the handler says; look at its terminal.")
	}
	p.certainties(d)
	if d.Probes > 0 {
		p.field("sent", fmt.Sprintf("%s to %s", counted(d.Probes, "probe"), o.Style.Clean(d.Target)))
	}
	if len(d.Recipe) > 0 {
		p.out.blank()
		p.out.line(0, display.Line{{Text: "Check the signature", Role: display.Bold}, {Text: "   " + d.Framework}})
		for _, l := range d.Recipe {
			p.out.line(2, display.Line{{Text: l}})
		}
	}
	if d.Probes > 0 {
		p.out.blank()
		p.err.command(0, "See the probes: ", o.Command("vidiking webhooks list --probes"))
	}
	return p.out.err
}

// certainties prints each finding with how sure it is.
func (p *textPrinter) certainties(d Diagnosis) {
	st := p.o.Style.Narrowed(2)
	for _, f := range p.o.withSelf(d.Findings) {
		p.labelled("cause", f.Cause, st)
		p.labelled("fix", f.Fix, st)
		p.labelled("sure", string(f.Certainty), st)
	}
	for _, t := range d.Tried {
		p.labelled("tried", t, st)
	}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", display.Count(n), noun)
}

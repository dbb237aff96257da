package output

import (
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Expectation is the result of comparing a handler's response with what the user expected.
type Expectation struct {
	ID       webhook.ID
	Met      bool
	Expected string // as text, for example 401
	Actual   string // as text
}

// Expected prints the result under the delivery's row.
func (p *textPrinter) Expected(e Expectation) {
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	text := "As expected: " + e.Actual
	if !e.Met {
		glyph, role = p.o.Style.Glyph(webhook.StatusRefused)
		text = "Expected " + e.Expected + ", got " + e.Actual
	}
	if p.o.Quiet && e.Met {
		return
	}
	p.printDetail(display.Indent([]display.Line{{{Text: glyph, Role: role}, {Text: " " + text + "."}}}, p.o.Style.DetailIndent()))
}

type jsonExpectation struct {
	kind
	DeliveryID webhook.ID `json:"delivery_id"`
	Met        bool       `json:"met"`
	Expected   string     `json:"expected"`
	Actual     string     `json:"actual"`
}

// Expected writes the result as an object.
func (p *jsonPrinter) Expected(e Expectation) {
	p.put(jsonExpectation{of("expectation"), e.ID, e.Met, e.Expected, e.Actual})
}

package output

import (
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Stopped prints the summary of a session and what to do next.
func (p *textPrinter) Stopped(s Stopped) {
	if p.o.Quiet {
		return
	}
	c := s.Counts
	if p.o.Terminal {
		p.out.blank() // the terminal has printed ^C
	}
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: "Stopped", Role: display.Bold}})
	p.out.blank()
	counts := []string{
		"received " + display.Count(c.Received), "delivered " + display.Count(c.Delivered), "refused " + display.Count(c.Refused),
		"unreachable " + display.Count(c.Unreachable), "rejected " + display.Count(c.Rejected),
	}
	if c.TimedOut > 0 {
		counts = append(counts, "timed out "+display.Count(c.TimedOut))
	}
	if c.Skipped > 0 {
		counts = append(counts, "skipped "+display.Count(c.Skipped))
	}
	for _, l := range p.lines(counts, 2) {
		p.out.text(2, l)
	}
	if c.P50 > 0 {
		p.out.text(2, "p50 "+display.Duration(c.P50)+"   p99 "+display.Duration(c.P99))
	}
	if c.Resumed > 0 {
		p.out.text(2, display.Deliveries(c.Resumed)+" from an earlier listen delivered")
	}
	if s.Held > 0 {
		p.err.blank()
		p.err.command(0, display.Count(s.Held)+" held for the next listen: ", p.o.Command("vidiking listen --hold"))
	}
	if s.Failed > 0 {
		p.err.blank()
		command := "vidiking webhooks list --failed"
		if s.Since != "" {
			command += " --since " + s.Since
		}
		p.err.command(0, display.Count(s.Failed)+" undelivered: ", p.o.Command(command))
	}
}

// lines joins words into lines that fit the terminal when indented by the given number of cells.
func (p *textPrinter) lines(words []string, in int) []string {
	const gap = "   "
	lines := []string{words[0]}
	for _, w := range words[1:] {
		last := &lines[len(lines)-1]
		if longer := *last + gap + w; p.o.Style.Width == 0 || in+display.Width(longer) <= p.o.Style.Width {
			*last = longer
			continue
		}
		lines = append(lines, w)
	}
	return lines
}

// Sent prints how many of several deliveries were delivered.
func (p *textPrinter) Sent(s Sent) {
	text := fmt.Sprintf("%s of %s delivered", display.Count(s.Delivered), display.Count(s.Sent))
	if s.Expected != nil {
		text += fmt.Sprintf(", %s of %s as expected", display.Count(*s.Expected), display.Count(s.Sent))
	}
	p.ClosingLine(text)
}

// SentVia prints the route of a delivery under its row.
func (p *textPrinter) SentVia(text string) {
	if !p.o.Quiet {
		p.err.line(p.o.Style.DetailIndent(), display.Line{{Text: text, Role: display.Dim}})
	}
}

// DemoStep prints a part of `demo`.
func (p *textPrinter) DemoStep(s DemoStep) {
	switch {
	case s.Final:
		glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
		if !s.Passed {
			glyph, role = p.o.Style.Glyph(webhook.StatusUnreachable)
		}
		p.out.blank()
		p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: s.Text}})
		p.out.blank()
		p.out.text(0, s.CommandsHeading)
		for _, command := range s.Commands {
			p.out.command(2, "", command)
		}
	case s.Number > 0:
		p.out.blank()
		p.out.line(0, display.Line{{Text: fmt.Sprintf("%d. %s", s.Number, s.Text), Role: display.Bold}})
	default:
		p.out.text(0, s.Text)
	}
}

package output

import (
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Stopped says what a session did, and what is left to do.
func (p *textPrinter) Stopped(s Stopped) {
	if p.o.Quiet {
		return
	}
	c := s.Counts
	if p.o.Terminal {
		p.out.blank() // the terminal has written ^C
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
	p.out.say(2, strings.Join(counts, "   "))
	if c.P50 > 0 {
		p.out.say(2, "p50 "+display.Duration(c.P50)+"   p99 "+display.Duration(c.P99))
	}
	if s.Held > 0 {
		p.err.blank()
		p.err.command(0, display.Count(s.Held)+" held for the next listen: ", p.o.Command("vidiking listen --hold"))
	}
	if s.Failed > 0 {
		p.err.blank()
		p.err.command(0, display.Count(s.Failed)+" still not delivered: ", p.o.Command("vidiking webhooks list --failed"))
	}
}

// Sent says how many of several were delivered.
func (p *textPrinter) Sent(s Sent) {
	text := fmt.Sprintf("%s of %s delivered", display.Count(s.Delivered), display.Count(s.Sent))
	if s.Expected != nil {
		text += fmt.Sprintf(", %s of %s as expected", display.Count(*s.Expected), display.Count(s.Sent))
	}
	p.Close(text)
}

// Way says which way a sending took, under its row.
func (p *textPrinter) Way(text string) {
	if !p.o.Quiet {
		p.err.line(display.Under, display.Line{{Text: text, Role: display.Dim}})
	}
}

// Story tells a piece of `demo`.
func (p *textPrinter) Story(s Story) {
	switch {
	case s.Ended:
		glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
		if !s.Good {
			glyph, role = p.o.Style.Glyph(webhook.StatusUnreachable)
		}
		p.out.blank()
		p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: s.Text}})
		p.out.blank()
		p.out.say(0, s.After)
		for _, command := range s.Steps {
			p.out.command(2, "", command)
		}
	case s.Step > 0:
		p.out.blank()
		p.out.line(0, display.Line{{Text: fmt.Sprintf("%d. %s", s.Step, s.Text), Role: display.Bold}})
	default:
		p.out.say(0, s.Text)
	}
}

package actions

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// showSent shows the outcome of a replay or trigger.
func (m *Model) showSent(msg sentMsg) {
	st := m.Style
	if msg.err != nil {
		m.Message.Error(msg.err)
		return
	}
	switch {
	case len(msg.sent) == 0:
		return
	case len(msg.sent) > 1:
		m.Message.Text(draw.Text(st.Clean(msg.name)+": ").Add(summarize(countOutcomes(msg.sent), len(msg.sent), st), display.Plain))
		return
	}
	s := msg.sent[0]
	l := draw.Text(display.ShortID(s.ID, st) + ": ")
	if msg.parent != "" {
		l = draw.Styled(st.Symbols("↻")+" ", display.Dim).Add(display.ShortID(msg.parent, st)+" replayed as "+display.ShortID(s.ID, st)+": ", display.Plain)
	}
	m.Message.Show(message.Result{Message: append(append(draw.Text(" "), l...), outcomeOf(s, st)...), Advice: m.sentAdvice(s, msg.parent)})
}

// sentAdvice returns what to do about an undelivered delivery, or an empty string if the handler's response is enough.
func (m *Model) sentAdvice(s webhook.Summary, parent webhook.ID) string {
	switch {
	case s.Status == webhook.StatusRejected && parent != "":
		return ": its signature is " + string(s.Verdict) + ". Re-sign it: " + command(m.Tools, "vidiking replay "+display.ShortID(parent, m.Style)+" --resign")
	case s.Status == webhook.StatusRejected:
		return ": its signature is " + string(s.Verdict)
	case s.Status == webhook.StatusUnreachable:
		return ". Start your server, then press r to replay it"
	default:
		return ""
	}
}

// command adds the flags that a suggested command needs here.
func command(tools view.Tools, s string) string {
	if tools.Command == nil {
		return s
	}
	return tools.Command(s)
}

// outcomeOf returns a delivery's status and duration, for example "✗ 401 refused in 6 ms".
func outcomeOf(s webhook.Summary, st display.Style) draw.Line {
	glyph, role := st.Glyph(s.Status)
	l := draw.Styled(glyph+" "+display.StatusText(s), role)
	if s.Code > 0 {
		l = l.Add(" in "+display.Duration(s.Duration), display.Plain)
	}
	return l
}

// outcomeCounts counts deliveries by status.
type outcomeCounts map[webhook.Status]int

func countOutcomes(sent []webhook.Summary) outcomeCounts {
	t := outcomeCounts{}
	for _, s := range sent {
		t[s.Status]++
	}
	return t
}

// summarize describes the outcome of a batch, for example "2 of 5 delivered, 3 refused".
func summarize(t outcomeCounts, total int, st display.Style) string {
	s := display.Count(t[webhook.StatusDelivered]) + " of " + display.Count(total) + " delivered"
	for _, status := range webhook.Statuses() {
		if n := t[status]; n > 0 && status != webhook.StatusDelivered {
			s += ", " + display.Count(n) + " " + strings.ReplaceAll(st.Clean(string(status)), "_", " ")
		}
	}
	return s
}

package actions

import (
	"bytes"
	"context"

	tea "charm.land/bubbletea/v2"
	"github.com/vidiking/vidiking-cli/internal/view"

	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
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
		l = draw.Styled(st.Symbols("↻")+" ", display.Dim).Add(display.ShortID(msg.parent, st)+" "+msg.name+" "+display.ShortID(s.ID, st)+": ", display.Plain)
	}
	l = append(append(draw.Text(" "), l...), outcomeOf(s, st)...)
	if msg.same && s.Status == webhook.StatusRefused {
		l = l.Add(", same response", display.Plain)
	}
	m.Message.Show(message.Result{Message: l, Advice: sentAdvice(s, msg.parent)})
}

// showDiagnosis shows the first finding. The story of the delivery has all of them.
func (m *Model) showDiagnosis(msg diagnosedMsg) tea.Cmd {
	if msg.err != nil {
		m.Message.Error(msg.err)
		return nil
	}
	text := "No known cause"
	switch {
	case msg.found.Accepted:
		text = "The handler accepts it now. Press r to replay it"
	case len(msg.found.Findings) > 0:
		text = msg.found.Findings[0].Cause
	}
	m.Message.Text(draw.Text(display.ShortID(msg.id, m.Style)+": ").Add(m.Style.Clean(text), display.Plain))
	return func() tea.Msg { return DiagnosedMsg{msg.id, msg.found} }
}

// sameResponse reports whether the latest responses to two deliveries are equal.
func sameResponse(ctx context.Context, log view.Log, a, b webhook.ID) bool {
	before, _, err := log.Get(ctx, a)
	if err != nil {
		return false
	}
	after, _, err := log.Get(ctx, b)
	if err != nil || len(before.History) == 0 || len(after.History) == 0 {
		return false
	}
	x, y := webhook.Deciding(before.History), webhook.Deciding(after.History)
	return x.Code == y.Code && bytes.Equal(x.Response, y.Response)
}

// sentAdvice returns what to do about an undelivered delivery, or an empty string if the handler's response is enough.
func sentAdvice(s webhook.Summary, parent webhook.ID) string {
	switch {
	case s.Status == webhook.StatusRejected && parent != "":
		return ": its signature is " + string(s.Verdict) + ". Press S to re-sign it"
	case s.Status == webhook.StatusRejected:
		return ": its signature is " + string(s.Verdict)
	case s.Status == webhook.StatusUnreachable:
		return ". Start your server, then press r to replay it"
	default:
		return ""
	}
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

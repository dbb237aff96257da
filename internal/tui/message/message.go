// Package message is the message line of the screen: results of actions, notices, and questions.
package message

import (
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Result is the content of the message line: what happened, and what to do.
type Result struct {
	Message draw.Line
	Advice  string // follows Message, on a separate line if both don't fit on one line
	OneLine bool   // cut to one line instead of wrapped
}

// Notice is a message that is not about a delivery.
type Notice struct {
	Success bool
	Text    string
	Advice  string // what to do, shown after Text; if space is short, Text is shortened first
}

// Question is a question that the user answers with y or n.
type Question struct {
	Prompt string
	OnYes  func() tea.Cmd
}

// MinShown is the minimum time for which a message is shown before a notice replaces it.
const MinShown = 4 * time.Second

// MaxQueued is the maximum number of queued notices. The oldest are dropped.
const MaxQueued = 16

// Model is the message line. Results of actions are shown immediately, notices after MinShown.
type Model struct {
	Question *Question // nil: no question

	style   display.Style
	now     func() time.Time
	explain func(error) error // adds advice to an error; may be nil
	current Result
	shownAt time.Time
	notice  *Notice // set if current is a notice
	queue   []Notice
}

// New returns an empty message line.
func New(st display.Style, now func() time.Time, explain func(error) error) *Model {
	return &Model{style: st, now: now, explain: explain}
}

// Text shows a line.
func (m *Model) Text(l draw.Line) { m.Show(Result{Message: append(draw.Text(" "), l...)}) }

// Show shows the result of an action. A notice that it replaces too early is shown again later.
func (m *Model) Show(r Result) {
	if m.notice != nil && m.now().Sub(m.shownAt) < MinShown {
		m.queue = append([]Notice{*m.notice}, m.queue...)
	}
	m.current, m.shownAt, m.notice = r, m.now(), nil
}

// Clear empties the line.
func (m *Model) Clear() { m.current = Result{} }

// Success shows that an action succeeded.
func (m *Model) Success(s string) {
	glyph, role := m.style.Glyph(webhook.StatusDelivered)
	m.Text(draw.Styled(glyph+" ", role).Add(m.style.Clean(s), display.Plain))
}

// Progress shows that something is being sent.
func (m *Model) Progress(verb, what, destination string) {
	glyph, role := m.style.Glyph(webhook.StatusPending)
	if destination != "" {
		what += " to " + m.style.Clean(destination)
	}
	m.Text(draw.Styled(glyph+" ", role).Add(verb+" "+what+m.style.Symbols("…"), display.Plain))
}

// Error shows an error and its advice.
func (m *Model) Error(err error) {
	var advised interface{ Advice() string }
	if m.explain != nil && !errors.As(err, &advised) {
		err = m.explain(err)
	}
	advice := ""
	if errors.As(err, &advised) && advised.Advice() != "" {
		advice = Separator(err.Error()) + advised.Advice()
	}
	m.Problem("!", display.Bad, err.Error(), advice)
}

// Separator returns the text between a problem and its advice: a colon, unless the problem ends with one.
func Separator(problem string) string {
	if strings.HasSuffix(problem, ":") {
		return " "
	}
	return ": "
}

// Problem shows what happened and what to do.
func (m *Model) Problem(glyph string, role display.Role, text, advice string) {
	l := draw.Styled(" "+glyph+" ", role).Add(m.style.Clean(text), display.Plain)
	m.Show(Result{Message: l, Advice: m.style.Clean(advice)})
}

// Ask asks a question.
func (m *Model) Ask(prompt string, onYes func() tea.Cmd) { m.Question = &Question{prompt, onYes} }

// AddNotice shows a notice, or queues it until the current message has been shown for MinShown.
func (m *Model) AddNotice(n Notice) {
	m.queue = append(m.queue, n)
	if over := len(m.queue) - MaxQueued; over > 0 {
		m.queue = m.queue[over:]
	}
	m.NextNotice()
}

// NextNotice shows the oldest queued notice if the current message has been shown for MinShown. It reports whether it showed one.
func (m *Model) NextNotice() (shown bool) {
	if len(m.queue) == 0 || len(m.current.Message) > 0 && m.now().Sub(m.shownAt) < MinShown {
		return false
	}
	n := m.queue[0]
	m.queue = m.queue[1:]
	glyph, role := "!", display.Caution
	if n.Success {
		glyph, role = m.style.Glyph(webhook.StatusDelivered)
	}
	m.Problem(glyph, role, n.Text, n.Advice)
	m.notice = &n
	return true
}

// Content returns what the line shows now.
func (m *Model) Content() Result {
	if m.Question != nil {
		return Result{Message: draw.Text(" ").Add(m.Question.Prompt, display.Plain).Add(" y/n", display.Bold)}
	}
	return m.current
}

// indent is the indentation of the second line of a result.
const indent = 3

// Lines renders a result in one to maxLines lines of the given width. If it doesn't fit, the message is shortened rather than the advice.
func (r Result) Lines(width, maxLines int, st display.Style) []draw.Line {
	lines := r.wrap(width-1, maxLines, st)
	for i, l := range lines {
		lines[i] = l.Fit(width, st)
	}
	return lines
}

func (r Result) wrap(cells, maxLines int, st display.Style) []draw.Line {
	one := append(draw.Line{}, r.Message...).Add(r.Advice, display.Plain)
	if r.OneLine || one.Width() <= cells {
		return []draw.Line{one}
	}
	var advice []draw.Line
	if r.Advice != "" {
		l := draw.Text(draw.Spaces(indent)).Add(strings.TrimLeft(r.Advice, ".: "), display.Plain)
		advice = l.WrapWords(cells, indent, maxLines-1, st)
	}
	return append(r.Message.WrapWords(cells, indent, maxLines-len(advice), st), advice...)
}

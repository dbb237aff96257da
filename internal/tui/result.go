package tui

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// result is the content of the message line: what happened, and what to do.
type result struct {
	message line
	advice  string // follows message, on a line by itself if both don't fit on one line

	oneLine bool // cut to one line instead of wrapped
}

// minShown is the minimum time for which a message is shown before a notice replaces it.
const minShown = 4 * time.Second

// maxQueued is the maximum number of queued notices. The oldest are dropped.
const maxQueued = 16

// messageLine is the message line over time. Results of actions are shown immediately, notices after minShown.
type messageLine struct {
	current result
	shownAt time.Time
	notice  *Notice // set if current is a notice
	queue   []Notice
}

// showMessage shows the result of an action. A notice that it replaces too early is shown again later.
func (m *Model) showMessage(l line) { m.showResult(result{message: append(text(" "), l...)}) }

func (m *Model) showResult(r result) {
	s := &m.message
	if s.notice != nil && m.now.Sub(s.shownAt) < minShown {
		s.queue = append([]Notice{*s.notice}, s.queue...)
	}
	s.current, s.shownAt, s.notice = r, m.now, nil
}

func (m *Model) showSuccess(s string) {
	glyph, role := m.o.Style.Glyph(webhook.StatusDelivered)
	m.showMessage(styled(glyph+" ", role).add(m.o.Style.Clean(s), display.Plain))
}

// showError shows an error and its advice.
func (m *Model) showError(err error) {
	var advised interface{ Advice() string }
	if explain := m.o.Tools.Explain; explain != nil && !asError(err, &advised) {
		err = explain(err)
	}
	advice := ""
	if asError(err, &advised) && advised.Advice() != "" {
		advice = adviceSeparator(err.Error()) + advised.Advice()
	}
	m.showWithAdvice("!", display.Bad, err.Error(), advice)
}

// showWithAdvice shows what happened and what to do.
func (m *Model) showWithAdvice(glyph string, role display.Role, message, advice string) {
	st := m.o.Style
	l := styled(" "+glyph+" ", role).add(st.Clean(message), display.Plain)
	m.showResult(result{message: l, advice: st.Clean(advice)})
}

// addNotice shows a notice, or queues it until the current message has been shown for minShown.
func (m *Model) addNotice(n Notice) {
	m.message.queue = append(m.message.queue, n)
	if over := len(m.message.queue) - maxQueued; over > 0 {
		m.message.queue = m.message.queue[over:]
	}
	m.showNextNotice()
}

// showNextNotice shows the oldest queued notice if the current message has been shown for minShown.
func (m *Model) showNextNotice() {
	s := &m.message
	if len(s.queue) == 0 || len(s.current.message) > 0 && m.now.Sub(s.shownAt) < minShown {
		return
	}
	n := s.queue[0]
	s.queue = s.queue[1:]
	glyph, role := "!", display.Caution
	if n.Success {
		glyph, role = m.o.Style.Glyph(webhook.StatusDelivered)
	}
	m.showWithAdvice(glyph, role, n.Text, n.Advice)
	s.notice = &n
	m.dirty = true
}

// resultLines renders the lines above the footer: the current message, a question, or help for the filter.
func (m *Model) resultLines() []line {
	st := m.o.Style
	r := m.message.current
	switch m.mode {
	case modeFilter:
		r = m.filter.help(st)
	case modeConfirm:
		r = result{message: text(" ").add(m.confirmation.prompt, display.Plain).add(" y/n", display.Bold)}
	case modeHelp, modeChooser, modePalette:
		r.oneLine = true // leave the space to the overlay
	}
	maxLines := 3
	if m.width >= wideMinWidth {
		maxLines = 2
	}
	lines := r.lines(m.width-1, maxLines, st)
	for i, l := range lines {
		lines[i] = l.fit(m.width, st)
	}
	return lines
}

// resultIndent is the indentation of the second line of a result.
const resultIndent = 3

// lines renders a result in one to maxLines lines. If it doesn't fit, the message is shortened rather than the advice.
func (r result) lines(cells, maxLines int, st display.Style) []line {
	one := append(line{}, r.message...).add(r.advice, display.Plain)
	if r.oneLine || one.width() <= cells {
		return []line{one}
	}
	var advice []line
	if r.advice != "" {
		l := text(spaces(resultIndent)).add(strings.TrimLeft(r.advice, ".: "), display.Plain)
		advice = l.wrapWords(cells, resultIndent, maxLines-1, st)
	}
	return append(r.message.wrapWords(cells, resultIndent, maxLines-len(advice), st), advice...)
}

// wrapWords wraps a line between words into at most maxLines lines. A text that is too long is cut in the middle.
func (l line) wrapWords(cells, indent, maxLines int, st display.Style) []line {
	out := l.breakWords(cells, indent)
	for room := maxLines*cells - indent*(maxLines-1); len(out) > maxLines && room > cells/2; room-- {
		last := len(l) - 1
		rest := room - l[:last].width()
		cut := append(line{}, l...)
		cut[last].text = st.CutMiddle(l[last].text, max(rest, 1))
		out = cut.breakWords(cells, indent)
	}
	return out[:min(len(out), maxLines)]
}

// breakWords wraps a line between words and indents all lines but the first.
func (l line) breakWords(cells, indent int) []line {
	out := []line{nil}
	left := cells
	for _, p := range l {
		for word := range strings.SplitAfterSeq(p.text, " ") {
			bare := display.Width(strings.TrimRight(word, " "))
			if bare > left && left < cells-indent {
				out = append(out, text(spaces(indent)))
				left = cells - indent
			}
			for bare > left { // the word is longer than a line
				head := fitPrefix(word, left)
				if head == "" {
					break
				}
				out[len(out)-1] = out[len(out)-1].add(head, p.role)
				word = word[len(head):]
				out = append(out, text(spaces(indent)))
				left, bare = cells-indent, display.Width(strings.TrimRight(word, " "))
			}
			out[len(out)-1] = out[len(out)-1].add(word, p.role)
			left -= display.Width(word)
		}
	}
	return out
}

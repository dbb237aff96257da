package tui

import (
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// result is what came of the last action: what happened, and what to do.
type result struct {
	what line
	next string // behind what; where both do not fit on one line, it has its own

	short bool // it is cut rather than taken to another line
}

// leastShown is how long what is said stays, whatever else there is to say beside what the user does.
const leastShown = 4 * time.Second

// maxWaiting is how many notices wait to be said. More is a storm that nobody reads.
const maxWaiting = 16

// saying is the result line over time: results of actions are said at once, notices when what was said before has been read.
type saying struct {
	now     result
	since   time.Time
	notice  *Notice // what is said now, where that is one
	waiting []Notice
}

// say says what came of an action. A notice that nobody has read yet comes again.
func (m *Model) say(l line) { m.tell(result{what: append(text(" "), l...)}) }

func (m *Model) tell(r result) {
	s := &m.said
	if s.notice != nil && m.now.Sub(s.since) < leastShown {
		s.waiting = append([]Notice{*s.notice}, s.waiting...)
	}
	s.now, s.since, s.notice = r, m.now, nil
}

func (m *Model) sayGood(s string) {
	glyph, role := m.o.Style.Glyph(webhook.StatusDelivered)
	m.say(styled(glyph+" ", role).add(m.o.Style.Clean(s), display.Plain))
}

// sayError says what failed and what to do.
func (m *Model) sayError(err error) {
	var advised interface{ Advice() string }
	if explain := m.o.Tools.Explain; explain != nil && !as(err, &advised) {
		err = explain(err)
	}
	advice := ""
	if as(err, &advised) && advised.Advice() != "" {
		advice = joint(err.Error()) + advised.Advice()
	}
	m.sayNext("!", display.Bad, err.Error(), advice)
}

// sayNext says what happened and what to do.
func (m *Model) sayNext(glyph string, role display.Role, what, next string) {
	st := m.o.Style
	l := styled(" "+glyph+" ", role).add(st.Clean(what), display.Plain)
	m.tell(result{what: l, next: st.Clean(next)})
}

// notice says a notice, or has it wait until what is said now has been read.
func (m *Model) notice(n Notice) {
	m.said.waiting = append(m.said.waiting, n)
	if over := len(m.said.waiting) - maxWaiting; over > 0 {
		m.said.waiting = m.said.waiting[over:]
	}
	m.nextNotice()
}

// nextNotice says the notice that waits longest, once what is said has been there long enough.
func (m *Model) nextNotice() {
	s := &m.said
	if len(s.waiting) == 0 || len(s.now.what) > 0 && m.now.Sub(s.since) < leastShown {
		return
	}
	n := s.waiting[0]
	s.waiting = s.waiting[1:]
	glyph, role := "!", display.Caution
	if n.Good {
		glyph, role = m.o.Style.Glyph(webhook.StatusDelivered)
	}
	m.sayNext(glyph, role, n.Text, n.Next)
	s.notice = &n
	m.dirty = true
}

// resultLines are the lines above the keys: what came of the last action, a question, or help with what is typed.
func (m *Model) resultLines() []line {
	st := m.o.Style
	r := m.said.now
	switch m.mode {
	case modeFilter:
		r = m.filter.help(st)
	case modeAsk:
		r = result{what: text(" ").add(m.ask.text, display.Plain).add(" y/n", display.Bold)}
	case modeHelp, modeChooser, modePalette:
		r.short = true // what lies over the list wants the room
	}
	most := 3
	if m.width >= wideFrom {
		most = 2
	}
	lines := r.lines(m.width-1, most, st)
	for i, l := range lines {
		lines[i] = l.fit(m.width, st)
	}
	return lines
}

// resultIn is where a second line of a result begins: under the words.
const resultIn = 3

// lines are at least one line and at most so many. Where all of it does not fit, what is to be done is kept rather than what happened.
func (r result) lines(cells, most int, st display.Style) []line {
	one := append(line{}, r.what...).add(r.next, display.Plain)
	if r.short || one.width() <= cells {
		return []line{one}
	}
	var next []line
	if r.next != "" {
		todo := text(spaces(resultIn)).add(strings.TrimLeft(r.next, ".: "), display.Plain)
		next = todo.words(cells, resultIn, most-1, st)
	}
	return append(r.what.words(cells, resultIn, most-len(next), st), next...)
}

// words breaks a line between words into at most so many lines; what there is no room for is taken out of the middle.
func (l line) words(cells, hang, most int, st display.Style) []line {
	out := l.broken(cells, hang)
	for room := most*cells - hang*(most-1); len(out) > most && room > cells/2; room-- {
		last := len(l) - 1
		rest := room - l[:last].width()
		cut := append(line{}, l...)
		cut[last].text = st.CutMiddle(l[last].text, max(rest, 1))
		out = cut.broken(cells, hang)
	}
	return out[:min(len(out), most)]
}

// broken breaks a line between words, the later ones set in.
func (l line) broken(cells, hang int) []line {
	out := []line{nil}
	left := cells
	for _, p := range l {
		for word := range strings.SplitAfterSeq(p.text, " ") {
			bare := display.Width(strings.TrimRight(word, " "))
			if bare > left && left < cells-hang {
				out = append(out, text(spaces(hang)))
				left = cells - hang
			}
			for bare > left { // longer than a line
				head := leftmost(word, left)
				if head == "" {
					break
				}
				out[len(out)-1] = out[len(out)-1].add(head, p.role)
				word = word[len(head):]
				out = append(out, text(spaces(hang)))
				left, bare = cells-hang, display.Width(strings.TrimRight(word, " "))
			}
			out[len(out)-1] = out[len(out)-1].add(word, p.role)
			left -= display.Width(word)
		}
	}
	return out
}

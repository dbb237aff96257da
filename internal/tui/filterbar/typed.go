package filterbar

import (
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/tui/message"
)

// check parses the text and reports whether it is valid.
func (t *typed) check(parse func(string) (filter.Filter, error)) (ok bool) {
	s := t.input.String()
	_, err := parse(s)
	t.err, t.submitted, t.selected = nil, false, 0
	ok = !errors.As(err, &t.err)
	t.completion = filter.Complete(s, t.input.ByteAt())
	return ok
}

// isIncompleteKey reports whether the last word is the beginning of a key, such as "stat": the list does not narrow to it meanwhile.
func (t *typed) isIncompleteKey() bool {
	s := t.input.String()
	word := s[strings.LastIndexByte(s, ' ')+1:]
	if len(word) < 2 || t.input.ByteAt() != len(s) {
		return false
	}
	return slices.ContainsFunc(t.completion.Candidates, func(c filter.Candidate) bool {
		return strings.HasSuffix(c.Text, ":") && strings.HasPrefix(c.Text, word)
	})
}

// cycle selects another completion.
func (t *typed) cycle(by int) {
	if n := len(t.completion.Candidates); n > 0 {
		t.selected = (t.selected + by + n) % n
	}
}

// suggestions returns the completions of the word, starting with the selected one.
func (t *typed) suggestions() []filter.Candidate {
	all := t.completion.Candidates
	if len(all) == 0 {
		return nil
	}
	return append(slices.Clone(all[t.selected:]), all[:t.selected]...)
}

// incomplete reports whether the problem is in the word under the cursor and can be completed.
func (t *typed) incomplete() bool {
	return !t.submitted && len(t.completion.Candidates) > 0 && t.err.To >= t.completion.From && t.err.From <= t.completion.To
}

// complete inserts the selected completion.
func (t *typed) complete() (ok bool) {
	if len(t.completion.Candidates) == 0 {
		return false
	}
	c := t.completion.Candidates[t.selected]
	with := c.Text
	if !c.Incomplete && t.completion.To == len(t.input.String()) {
		with += " "
	}
	t.input.Replace(t.completion.From, t.completion.To, with)
	return true
}

// editLine renders the typed filter with its problem highlighted, and returns the column of the cursor. A filter that is too long is
// scrolled to show the cursor.
func (t *typed) editLine(room int, st display.Style) (l draw.Line, cursor int) {
	s := t.input.String()
	typed := draw.Text(st.Clean(s))
	if t.err != nil && t.err.Text == s && !t.incomplete() {
		wrong := draw.Span{Text: st.Clean(t.err.Wrong()), Role: display.Bad, Attr: draw.Matched}
		typed = append(draw.Text(st.Clean(t.err.Before())), wrong).Add(st.Clean(t.err.After()), display.Plain)
	}
	const prompt = " / "
	cursor = display.Width(st.Clean(t.input.BeforeCursor()))
	room = max(room-len(prompt), 4)
	if typed.Width()+2 > room {
		if from := cursor + 2 - room; from > 0 {
			more := st.Symbols("…")
			typed = append(draw.Text(more), typed.DropCells(from+display.Width(more))...)
			cursor -= from
		}
	}
	return append(draw.Text(prompt), typed...).Add("  ", display.Plain), len(prompt) + cursor
}

// help returns the message line while a filter is typed: the completions of the word, or the problem.
func (t *typed) help(st display.Style) message.Result {
	if t.err != nil && !t.incomplete() {
		r := message.Result{Message: draw.Styled(" ! ", display.Bad).Add(st.Clean(t.err.Problem), display.Plain)}
		if t.err.Hint != "" {
			r.Advice = message.Separator(t.err.Problem) + st.Clean(t.err.Hint)
		}
		return r
	}
	suggestions := t.suggestions()
	if len(suggestions) == 0 {
		return message.Result{}
	}
	l := draw.Styled(" tab ", display.Bold)
	if len(suggestions) == 1 {
		return message.Result{Message: l.Add(st.Clean(suggestions[0].Text), display.Plain).Add("   "+st.Clean(suggestions[0].Description), display.Dim)}
	}
	for i, o := range suggestions {
		role := display.Dim
		if i == 0 {
			role = display.Plain
		}
		l = l.Add(st.Clean(o.Text)+"  ", role)
	}
	return message.Result{Message: l, OneLine: true}
}

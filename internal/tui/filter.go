package tui

import (
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// filterBar holds the filter that the list uses, and the one that is being typed.
type filterBar struct {
	active     string        // the list's filter; always valid
	parsed     filter.Filter // active, parsed; used to highlight matches
	previous   string        // active when typing began
	input      input
	err        *filter.Error // problem in the typed filter
	submitted  bool          // enter was pressed, so err is shown even if the word is incomplete
	completion filter.Completion
	selected   int // index of the completion that tab inserts
}

// parse parses a filter. Times in it are relative to now.
type parse func(text string) (filter.Filter, error)

func (m *Model) parse(text string) (filter.Filter, error) {
	return filter.Parse(text, m.now, m.location())
}

// activeFilter parses the list's filter. It parses it each time because since:1h depends on the current time.
func (m *Model) activeFilter() filter.Filter {
	f, err := m.parse(m.filter.active)
	if err != nil {
		return m.filter.parsed // the filter was valid when it was typed
	}
	m.filter.parsed = f
	return f
}

// open starts editing the current filter.
func (f *filterBar) open(p parse) {
	f.previous = f.active
	f.input = inputOf(f.active)
	f.check(p)
}

// check parses the typed filter and reports whether it is valid.
func (f *filterBar) check(p parse) (ok bool) {
	s := f.input.String()
	_, err := p(s)
	f.err, f.submitted, f.selected = nil, false, 0
	ok = !errors.As(err, &f.err)
	f.completion = filter.Complete(s, f.input.byteAt())
	return ok
}

// cycle selects another completion.
func (f *filterBar) cycle(by int) {
	if n := len(f.completion.Candidates); n > 0 {
		f.selected = (f.selected + by + n) % n
	}
}

// suggestions returns the completions of the word, starting with the selected one.
func (f *filterBar) suggestions() []filter.Candidate {
	all := f.completion.Candidates
	if len(all) == 0 {
		return nil
	}
	return append(slices.Clone(all[f.selected:]), all[:f.selected]...)
}

// incomplete reports whether the problem is in the word under the cursor and can be completed.
func (f *filterBar) incomplete() bool {
	return !f.submitted && len(f.completion.Candidates) > 0 && f.err.To >= f.completion.From && f.err.From <= f.completion.To
}

// set sets the list's filter.
func (f *filterBar) set(s string) { f.active = strings.TrimSpace(s) }

// complete inserts the selected completion.
func (f *filterBar) complete() (ok bool) {
	if len(f.completion.Candidates) == 0 {
		return false
	}
	c := f.completion.Candidates[f.selected]
	with := c.Text
	if !c.Incomplete && f.completion.To == len(f.input.String()) {
		with += " "
	}
	f.input.replace(f.completion.From, f.completion.To, with)
	return true
}

// editLine renders the typed filter with its problem highlighted, and returns the column of the cursor. A filter that is too long is
// scrolled to show the cursor.
func (f *filterBar) editLine(room int, st display.Style) (l line, cursor int) {
	s := f.input.String()
	typed := text(st.Clean(s))
	if f.err != nil && f.err.Text == s && !f.incomplete() {
		wrong := span{text: st.Clean(f.err.Wrong()), role: display.Bad, attr: matched}
		typed = append(text(st.Clean(f.err.Before())), wrong).add(st.Clean(f.err.After()), display.Plain)
	}
	const prompt = " / "
	cursor = display.Width(st.Clean(string(f.input.runes[:f.input.cursor])))
	room = max(room-len(prompt), 4)
	if typed.width()+2 > room {
		if from := cursor + 2 - room; from > 0 {
			more := st.Symbols("…")
			typed = append(text(more), typed.dropCells(from+display.Width(more))...)
			cursor -= from
		}
	}
	return append(text(prompt), typed...).add("  ", display.Plain), len(prompt) + cursor
}

// help returns the message line while a filter is typed: the completions of the word, or the problem.
func (f *filterBar) help(st display.Style) result {
	if f.err != nil && !f.incomplete() {
		r := result{message: styled(" ! ", display.Bad).add(st.Clean(f.err.Problem), display.Plain)}
		if f.err.Hint != "" {
			r.advice = adviceSeparator(f.err.Problem) + st.Clean(f.err.Hint)
		}
		return r
	}
	suggestions := f.suggestions()
	if len(suggestions) == 0 {
		return result{}
	}
	l := styled(" tab ", display.Bold)
	if len(suggestions) == 1 {
		return result{message: l.add(st.Clean(suggestions[0].Text), display.Plain).add("   "+st.Clean(suggestions[0].Description), display.Dim)}
	}
	for i, o := range suggestions {
		role := display.Dim
		if i == 0 {
			role = display.Plain
		}
		l = l.add(st.Clean(o.Text)+"  ", role)
	}
	return result{message: l, oneLine: true}
}

// adviceSeparator returns the text between a problem and its advice: a colon, unless the problem ends with one.
func adviceSeparator(problem string) string {
	if strings.HasSuffix(problem, ":") {
		return " "
	}
	return ": "
}

// terms splits a filter at spaces outside quotes.
func terms(s string) []string {
	var out []string
	quoted := false
	words := strings.FieldsFunc(s, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	return append(out, words...)
}

// withTerm adds a value of a key to a filter, or removes it if the filter has it. A key can have several values, except since.
func withTerm(s, key, value string) string {
	var values []string
	var rest []string
	for _, t := range terms(s) {
		if v, ok := strings.CutPrefix(t, key+":"); ok {
			values = append(values, strings.Split(v, ",")...)
			continue
		}
		rest = append(rest, t)
	}
	switch i := slices.Index(values, value); {
	case i >= 0:
		values = slices.Delete(values, i, i+1)
	case key == string(filter.Since):
		values = []string{value}
	default:
		values = append(values, value)
	}
	if len(values) > 0 {
		rest = append(rest, key+":"+strings.Join(values, ","))
	}
	return strings.Join(rest, " ")
}

// hasTerm reports whether a filter has a value of a key.
func hasTerm(s, key, value string) bool {
	return slices.ContainsFunc(terms(s), func(t string) bool {
		v, ok := strings.CutPrefix(t, key+":")
		return ok && slices.Contains(strings.Split(v, ","), value)
	})
}

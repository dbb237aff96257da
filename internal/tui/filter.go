package tui

import (
	"errors"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// filterBar is the filter: the one that the list goes by, and the one that is being typed.
type filterBar struct {
	active string        // what the list goes by; always a right one
	shown  filter.Filter // of active, to set off what it found
	before string        // what it was when typing began
	input  input
	fault  *filter.Error // of what is typed
	asked  bool          // enter was pressed on it, so it is said whatever the word could become
	offer  filter.Completion
	picked int // of the offers, the one that tab takes
}

// parse reads a filter. Times in it are relative to now.
type parse func(text string) (filter.Filter, error)

func (m *Model) parse(text string) (filter.Filter, error) {
	return filter.Parse(text, m.now, m.location())
}

// selected is the filter that the list goes by, as it is now: since:1h moves on.
func (m *Model) selected() filter.Filter {
	f, err := m.parse(m.filter.active)
	if err != nil {
		return m.filter.shown // it was right when it was typed
	}
	m.filter.shown = f
	return f
}

// open begins to type, with what there is.
func (f *filterBar) open(p parse) {
	f.before = f.active
	f.input = inputOf(f.active)
	f.look(p)
}

// look checks what is typed; ok is whether the list can go by it.
func (f *filterBar) look(p parse) (ok bool) {
	s := f.input.String()
	_, err := p(s)
	f.fault, f.asked, f.picked = nil, false, 0
	ok = !errors.As(err, &f.fault)
	f.offer = filter.Complete(s, f.input.byteAt())
	return ok
}

// pick goes on to another offer.
func (f *filterBar) pick(by int) {
	if n := len(f.offer.Candidates); n > 0 {
		f.picked = (f.picked + by + n) % n
	}
}

// offers are what the word could become, from the one on that tab takes.
func (f *filterBar) offers() []filter.Candidate {
	all := f.offer.Candidates
	if len(all) == 0 {
		return nil
	}
	return append(slices.Clone(all[f.picked:]), all[:f.picked]...)
}

// unfinished reports whether what is wrong is the word under the cursor, which can still become something.
func (f *filterBar) unfinished() bool {
	return !f.asked && len(f.offer.Candidates) > 0 && f.fault.To >= f.offer.From && f.fault.From <= f.offer.To
}

// set makes the list go by a filter.
func (f *filterBar) set(s string) { f.active = strings.TrimSpace(s) }

// complete takes the offer that is picked.
func (f *filterBar) complete() (ok bool) {
	if len(f.offer.Candidates) == 0 {
		return false
	}
	c := f.offer.Candidates[f.picked]
	with := c.Text
	if !c.Incomplete && f.offer.To == len(f.input.String()) {
		with += " "
	}
	f.input.replace(f.offer.From, f.offer.To, with)
	return true
}

// editing is the filter as it stands in the rule while it is typed, what is wrong in it set off, and where the cursor stands in that.
// Where there is no room for all of it, it is what is around the cursor.
func (f *filterBar) editing(room int, st display.Style) (l line, cursor int) {
	s := f.input.String()
	typed := text(st.Clean(s))
	if f.fault != nil && f.fault.Text == s && !f.unfinished() {
		wrong := piece{text: st.Clean(f.fault.Wrong()), role: display.Bad, look: matched}
		typed = append(text(st.Clean(f.fault.Before())), wrong).add(st.Clean(f.fault.After()), display.Plain)
	}
	const prompt = " / "
	cursor = display.Width(st.Clean(string(f.input.runes[:f.input.at])))
	room = max(room-len(prompt), 4)
	if typed.width()+2 > room {
		if from := cursor + 2 - room; from > 0 {
			more := st.Symbols("…")
			typed = append(text(more), typed.behind(from+display.Width(more))...)
			cursor -= from
		}
	}
	return append(text(prompt), typed...).add("  ", display.Plain), len(prompt) + cursor
}

// help is what the result line says while a filter is typed: what the word could become, or what is wrong.
func (f *filterBar) help(st display.Style) result {
	if f.fault != nil && !f.unfinished() {
		r := result{what: styled(" ! ", display.Bad).add(st.Clean(f.fault.Problem), display.Plain)}
		if f.fault.Hint != "" {
			r.next = joint(f.fault.Problem) + st.Clean(f.fault.Hint)
		}
		return r
	}
	offers := f.offers()
	if len(offers) == 0 {
		return result{}
	}
	l := styled(" tab ", display.Bold)
	if len(offers) == 1 {
		return result{what: l.add(st.Clean(offers[0].Text), display.Plain).add("   "+st.Clean(offers[0].Description), display.Dim)}
	}
	for i, o := range offers {
		role := display.Dim
		if i == 0 {
			role = display.Plain
		}
		l = l.add(st.Clean(o.Text)+"  ", role)
	}
	return result{what: l, short: true}
}

// joint is what stands between what is wrong and what to do: what ends with a colon needs no second one.
func joint(what string) string {
	if strings.HasSuffix(what, ":") {
		return " "
	}
	return ": "
}

// terms takes a filter apart at the spaces that are not quoted.
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

// withTerm puts a value into what a filter says of a key, or takes it out where it is there. Of several values any will do, but for a
// time, of which there is one.
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

// hasTerm reports whether a filter asks for a value of a key.
func hasTerm(s, key, value string) bool {
	return slices.ContainsFunc(terms(s), func(t string) bool {
		v, ok := strings.CutPrefix(t, key+":")
		return ok && slices.Contains(strings.Split(v, ","), value)
	})
}

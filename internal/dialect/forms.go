package dialect

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
)

// Form is one way in which a program writes a text again.
type Form struct {
	Style   Style
	Writers []string // the functions that write so, as in "Python's json.dumps"; none where no program does by itself
}

// The sets of escapes that languages have.
const (
	pythonText  = EscapeNonASCII | EscapeDelete
	goText      = EscapeHTML | EscapeLines | ReplaceHalves
	goPlainText = EscapeLines | ReplaceHalves
	phpText     = EscapeSlash | EscapeNonASCII
)

// writer is a function that writes JSON, and how.
type writer struct {
	style Style
	name  string
}

// defaults is how programs write JSON, those that are met most first.
func defaults() []writer {
	node := Style{Order: IndexFirst, Numbers: NumbersNode, Twice: TwiceLast}
	python := Style{Layout: Spaced, Text: pythonText, Numbers: NumbersPython, Twice: TwiceLast}
	goMap := Style{Order: Sorted, Text: goText, Numbers: NumbersGo, Twice: TwiceLast}
	php := Style{Text: phpText, Numbers: NumbersPHP, Twice: TwiceLast}
	ruby := Style{Numbers: NumbersRuby, Twice: TwiceLast}
	raw := Style{Text: AsWritten}
	return []writer{
		{node, "Node's JSON.stringify"},
		{python, "Python's json.dumps"},
		{python.laid(Compact), "Python's json.dumps with separators=(',', ':')"},
		{goMap, "Go's json.Marshal"},
		{php, "PHP's json_encode"},
		{ruby, "Ruby's JSON.generate"},
		{node.laid(Indented2), "Node's JSON.stringify with an indent of 2"},
		{python.said(Plain), "Python's json.dumps with ensure_ascii=False"},
		{python.said(Plain).laid(Compact), "Python's json.dumps with ensure_ascii=False and separators=(',', ':')"},
		{python.laid(Indented2), "Python's json.dumps with indent=2"},
		{python.laid(Indented4), "Python's json.dumps with indent=4"},
		{python.ordered(Sorted), "Python's json.dumps with sort_keys=True"},
		{python.ordered(Sorted).laid(Compact), "Python's json.dumps with sort_keys=True and separators=(',', ':')"},
		{goMap.ending("\n"), "Go's json.Encoder"},
		{goMap.said(goPlainText).ending("\n"), "Go's json.Encoder with SetEscapeHTML(false)"},
		{goMap.laid(Indented2), "Go's json.MarshalIndent"},
		{goMap.laid(IndentedTab), "Go's json.MarshalIndent"},
		{php.said(EscapeNonASCII), "PHP's json_encode with JSON_UNESCAPED_SLASHES"},
		{php.said(EscapeSlash | EscapeLines), "PHP's json_encode with JSON_UNESCAPED_UNICODE"},
		{php.said(EscapeLines), "PHP's json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE"},
		{php.listed(), "PHP's json_encode of associative arrays"},
		{php.listed().said(EscapeLines), "PHP's json_encode of associative arrays"},
		{php.laid(Indented4), "PHP's json_encode with JSON_PRETTY_PRINT"},
		{php.listed().laid(Indented4), "PHP's json_encode of associative arrays with JSON_PRETTY_PRINT"},
		{php.said(EscapeLines).laid(Indented4), "PHP's json_encode with JSON_PRETTY_PRINT, JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE"},
		{ruby.laid(Indented2), "Ruby's JSON.pretty_generate"},
		{ruby.laid(IndentedRuby), "Ruby's JSON.pretty_generate"},
		{ruby.said(EscapeHTML | EscapeLines), "Rails' to_json"},
		{raw, "Go's json.Compact"},
		{raw.ordered(SortedOutside).said(AsWritten | EscapeHTML | EscapeLines), "Go's json.Marshal of a map of json.RawMessage"},
		{raw.laid(Indented2), "Go's json.Indent"},
		{raw.laid(IndentedTab), "Go's json.Indent"},
		{node.ordered(SortedIndexFirst), "Node's JSON.stringify of sorted keys"},
		{node.laid(Indented4), "Node's JSON.stringify with an indent of 4"},
		{node.laid(IndentedTab), "Node's JSON.stringify with an indent of a tab"},
	}
}

func (s Style) laid(l Layout) Style   { s.Layout = l; return s }
func (s Style) said(t Text) Style     { s.Text = t; return s }
func (s Style) ordered(o Order) Style { s.Order = o; return s }
func (s Style) ending(e string) Style { s.Ending = e; return s }
func (s Style) listed() Style         { s.Lists = ObjectsAsLists; return s }

// Defaults yields the forms in which programs write this text by themselves. It leaves out those that can be seen at a glance to be the
// text itself, and puts together those that can be seen to be the same.
func (d *Document) Defaults() iter.Seq[Form] {
	at := map[Style]int{}
	var all []Form
	seen := d.seen()
	for _, w := range defaults() {
		if seen.add(d, w.style) {
			at[d.plainest(w.style)] = len(all)
			all = append(all, Form{Style: w.style})
		}
		if i, ok := at[d.plainest(w.style)]; ok {
			all[i].Writers = append(all[i].Writers, w.name)
		}
	}
	return slices.Values(all)
}

// Combinations yields every combination of the ways that makes a difference to this text and is not among the Defaults, those with the
// fewest changes first.
func (d *Document) Combinations() iter.Seq[Form] {
	return func(yield func(Form) bool) {
		seen := d.seen()
		for _, w := range defaults() {
			seen.add(d, w.style)
		}
		var styles []Style
		for s := range everyStyle() {
			if seen.add(d, s) {
				styles = append(styles, s)
			}
		}
		slices.SortStableFunc(styles, func(a, b Style) int { return cmp.Compare(d.changes(a), d.changes(b)) })
		for _, s := range styles {
			if !yield(Form{Style: s}) {
				return
			}
		}
	}
}

func everyStyle() iter.Seq[Style] {
	texts := []Text{
		AsWritten, Plain, EscapeSlash, EscapeNonASCII, pythonText, phpText, EscapeLines, EscapeSlash | EscapeLines,
		EscapeHTML | EscapeLines, goText, goPlainText,
	}
	const orders = 3 // those up to Sorted: the others are met in what programs write by default, or not at all
	return func(yield func(Style) bool) {
		var s Style
		for n := range 5 * orders * len(texts) * int(numberWays) * 2 * 2 * 2 {
			take := func(ways int) uint8 {
				way := n % ways
				n /= ways
				return uint8(way) //nolint:gosec // a handful
			}
			s.Layout, s.Order, s.Text = Layout(take(5)), Order(take(orders)), texts[take(len(texts))]
			s.Numbers, s.Twice, s.Lists = Numbers(take(int(numberWays))), Twice(take(2)), Lists(take(2))
			s.Ending = []string{"", "\n"}[take(2)]
			if !yield(s) {
				return
			}
		}
	}
}

// styleSet is the styles that write different texts.
type styleSet map[Style]struct{}

// seen holds what writes the text as it is.
func (d *Document) seen() styleSet {
	s := styleSet{}
	if !d.facts.spaced {
		s[Style{Text: AsWritten}] = struct{}{}
	}
	return s
}

// add reports whether a style writes a text that no style before it wrote.
func (s styleSet) add(d *Document, style Style) bool {
	if d.facts.unwritable[style.Numbers] {
		return false
	}
	style = d.plainest(style)
	if _, known := s[style]; known {
		return false
	}
	s[style] = struct{}{}
	return true
}

// plainest is the style without what makes no difference to this text.
func (d *Document) plainest(s Style) Style {
	f := &d.facts
	if s.Layout == IndentedRuby && !f.empty {
		s.Layout = Indented2
	}
	if !f.nested && s.Layout != IndentedRuby {
		s.Layout = Compact
	}
	if s.Order == SortedIndexFirst && !f.indexed {
		s.Order = Sorted
	}
	if (s.Order == Sorted || s.Order == SortedOutside) && !f.unsorted || s.Order == IndexFirst && !f.indices {
		s.Order = AsOrdered
	}
	if !f.twice {
		s.Twice = TwiceKept
	}
	if !f.listLike {
		s.Lists = ObjectsStay
	}
	if !f.numbers[s.Numbers] {
		s.Numbers = NumbersAsWritten
	}
	s.Text &= f.text | AsWritten
	if s.Text&AsWritten == 0 {
		if s.Text == 0 && !f.rewritten {
			s.Text = AsWritten
		}
	}
	return s
}

// changes is in how many ways a style changes this text.
func (d *Document) changes(s Style) int {
	s = d.plainest(s)
	n := 0
	for _, changed := range []bool{
		s.Layout != Compact, s.Order != AsOrdered, s.Text != AsWritten, s.Numbers != NumbersAsWritten, s.Twice != TwiceKept,
		s.Lists != ObjectsStay, s.Ending != "",
	} {
		if changed {
			n++
		}
	}
	return n + bits.OnesCount8(uint8(s.Text))
}

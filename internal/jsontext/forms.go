package jsontext

import (
	"iter"
	"math/bits"
	"slices"
	"sort"
)

// Form is a style in which some program writes a text after parsing it.
type Form struct {
	Style   Style
	Writers []string // the functions that use the style by default, such as "Python's json.dumps"; may be empty
}

// The optional escapes of each language.
const (
	pythonText  = EscapeNonASCII | EscapeDelete
	goText      = EscapeHTML | EscapeLines | ReplaceLoneSurrogates
	goPlainText = EscapeLines | ReplaceLoneSurrogates
	phpText     = EscapeSlash | EscapeNonASCII
)

// writer is a function that writes JSON, and its style.
type writer struct {
	style Style
	name  string
}

// defaults returns how programs write JSON, the most common first.
func defaults() []writer {
	node := Style{Order: IndexFirst, Numbers: NumbersNode, DuplicateKeys: LastDuplicate}
	python := Style{Layout: Spaced, Text: pythonText, Numbers: NumbersPython, DuplicateKeys: LastDuplicate}
	goMap := Style{Order: Sorted, Text: goText, Numbers: NumbersGo, DuplicateKeys: LastDuplicate}
	php := Style{Text: phpText, Numbers: NumbersPHP, DuplicateKeys: LastDuplicate}
	ruby := Style{Numbers: NumbersRuby, DuplicateKeys: LastDuplicate}
	raw := Style{Text: AsWritten}
	return []writer{
		{node, "Node's JSON.stringify"},
		{python, "Python's json.dumps"},
		{python.withLayout(Compact), "Python's json.dumps with separators=(',', ':')"},
		{goMap, "Go's json.Marshal"},
		{php, "PHP's json_encode"},
		{ruby, "Ruby's JSON.generate"},
		{node.withLayout(Indented2), "Node's JSON.stringify with an indent of 2"},
		{python.withText(Plain), "Python's json.dumps with ensure_ascii=False"},
		{python.withText(Plain).withLayout(Compact), "Python's json.dumps with ensure_ascii=False and separators=(',', ':')"},
		{python.withLayout(Indented2), "Python's json.dumps with indent=2"},
		{python.withLayout(Indented4), "Python's json.dumps with indent=4"},
		{python.withOrder(Sorted), "Python's json.dumps with sort_keys=True"},
		{python.withOrder(Sorted).withLayout(Compact), "Python's json.dumps with sort_keys=True and separators=(',', ':')"},
		{goMap.withEnding("\n"), "Go's json.Encoder"},
		{goMap.withText(goPlainText).withEnding("\n"), "Go's json.Encoder with SetEscapeHTML(false)"},
		{goMap.withLayout(Indented2), "Go's json.MarshalIndent"},
		{goMap.withLayout(IndentedTab), "Go's json.MarshalIndent"},
		{php.withText(EscapeNonASCII), "PHP's json_encode with JSON_UNESCAPED_SLASHES"},
		{php.withText(EscapeSlash | EscapeLines), "PHP's json_encode with JSON_UNESCAPED_UNICODE"},
		{php.withText(EscapeLines), "PHP's json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE"},
		{php.withLists(), "PHP's json_encode of associative arrays"},
		{php.withLists().withText(EscapeLines), "PHP's json_encode of associative arrays"},
		{php.withLayout(Indented4), "PHP's json_encode with JSON_PRETTY_PRINT"},
		{php.withLists().withLayout(Indented4), "PHP's json_encode of associative arrays with JSON_PRETTY_PRINT"},
		{php.withText(EscapeLines).withLayout(Indented4), "PHP's json_encode with JSON_PRETTY_PRINT, JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE"},
		{ruby.withLayout(Indented2), "Ruby's JSON.pretty_generate"},
		{ruby.withLayout(IndentedRuby), "Ruby's JSON.pretty_generate"},
		{ruby.withText(EscapeHTML | EscapeLines), "Rails' to_json"},
		{raw, "Go's json.Compact"},
		{raw.withOrder(SortedOutside).withText(AsWritten | EscapeHTML | EscapeLines), "Go's json.Marshal of a map of json.RawMessage"},
		{raw.withLayout(Indented2), "Go's json.Indent"},
		{raw.withLayout(IndentedTab), "Go's json.Indent"},
		{node.withOrder(SortedIndexFirst), "Node's JSON.stringify of sorted keys"},
		{node.withLayout(Indented4), "Node's JSON.stringify with an indent of 4"},
		{node.withLayout(IndentedTab), "Node's JSON.stringify with an indent of a tab"},
	}
}

func (s Style) withLayout(l Layout) Style { s.Layout = l; return s }
func (s Style) withText(t Text) Style     { s.Text = t; return s }
func (s Style) withOrder(o Order) Style   { s.Order = o; return s }
func (s Style) withEnding(e string) Style { s.Ending = e; return s }
func (s Style) withLists() Style          { s.Lists = ObjectsAsLists; return s }

// Defaults yields the forms in which programs write this text by default. It omits forms that obviously equal the text, and merges forms
// that obviously equal each other.
func (d *Document) Defaults() iter.Seq[Form] {
	at := map[Style]int{}
	var all []Form
	seen := d.seen()
	for _, w := range defaults() {
		if seen.add(d, w.style) {
			at[d.normalize(w.style)] = len(all)
			all = append(all, Form{Style: w.style})
		}
		if i, ok := at[d.normalize(w.style)]; ok {
			all[i].Writers = append(all[i].Writers, w.name)
		}
	}
	return slices.Values(all)
}

// Combinations yields every combination of style settings that changes this text and is not among the Defaults, those with the fewest
// changes first.
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
		sort.SliceStable(styles, func(i, j int) bool { return d.changes(styles[i]) < d.changes(styles[j]) })
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
	const orders = 3 // up to Sorted: the others occur only among the defaults
	return func(yield func(Style) bool) {
		var s Style
		for n := range 5 * orders * len(texts) * int(numberFormats) * 2 * 2 * 2 {
			take := func(choices int) uint8 {
				choice := n % choices
				n /= choices
				return uint8(choice)
			}
			s.Layout, s.Order, s.Text = Layout(take(5)), Order(take(orders)), texts[take(len(texts))]
			s.Numbers, s.DuplicateKeys, s.Lists = Numbers(take(int(numberFormats))), DuplicateKeys(take(2)), Lists(take(2))
			s.Ending = []string{"", "\n"}[take(2)]
			if !yield(s) {
				return
			}
		}
	}
}

// styleSet is a set of styles that produce different texts.
type styleSet map[Style]struct{}

// seen returns a set with the style that reproduces the text.
func (d *Document) seen() styleSet {
	s := styleSet{}
	if !d.facts.spaced {
		s[Style{Text: AsWritten}] = struct{}{}
	}
	return s
}

// add adds a style, and reports whether it produces a text that no style in the set produces.
func (s styleSet) add(d *Document, style Style) bool {
	if d.facts.unwritable[style.Numbers] {
		return false
	}
	style = d.normalize(style)
	if _, known := s[style]; known {
		return false
	}
	s[style] = struct{}{}
	return true
}

// normalize returns the style without the settings that do not affect this text.
func (d *Document) normalize(s Style) Style {
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
	if !f.duplicates {
		s.DuplicateKeys = DuplicatesKept
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

// changes counts the settings of a style that change this text.
func (d *Document) changes(s Style) int {
	s = d.normalize(s)
	n := 0
	for _, changed := range []bool{
		s.Layout != Compact, s.Order != AsOrdered, s.Text != AsWritten, s.Numbers != NumbersAsWritten, s.DuplicateKeys != DuplicatesKept,
		s.Lists != ObjectsStay, s.Ending != "",
	} {
		if changed {
			n++
		}
	}
	return n + bits.OnesCount8(uint8(s.Text))
}

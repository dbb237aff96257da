package dialect

// Change is one difference between a text and what a style makes of it.
type Change struct {
	Code string // a word that does not change, as in keys_sorted
	Says string // the same in words, to stand in a list behind "with"
}

// Changes says what a style changes about the text.
func (d *Document) Changes(s Style) []Change {
	s = d.plainest(s)
	var all []Change
	add := func(code, says string) { all = append(all, Change{code, says}) }
	switch {
	case s.Layout == Spaced:
		add("spaced", "a space behind each comma and colon")
	case s.Layout == Indented2, s.Layout == IndentedRuby:
		add("indented", "lines indented by two spaces")
	case s.Layout == Indented4:
		add("indented", "lines indented by four spaces")
	case s.Layout == IndentedTab:
		add("indented", "lines indented by tabs")
	case d.facts.spaced:
		add("compact", "no white space")
	}
	switch s.Order {
	case Sorted, SortedIndexFirst:
		add("keys_sorted", "sorted keys")
	case SortedOutside:
		add("outer_keys_sorted", "the outermost keys sorted")
	case IndexFirst:
		add("number_keys_first", "keys that are numbers first")
	}
	all = append(all, d.textChanges(s.Text)...)
	if s.Numbers != NumbersAsWritten {
		was, is := d.facts.example[s.Numbers][0], d.facts.example[s.Numbers][1]
		if len(was)+len(is) > 48 {
			add("numbers_changed", "numbers in another form")
		} else {
			add("numbers_changed", was+" as "+is)
		}
	}
	if s.Twice != TwiceKept {
		add("key_once", "a key once that is there twice")
	}
	if s.Lists != ObjectsStay {
		add("objects_as_lists", "[] for {}")
	}
	if s.Ending != "" {
		add("newline_added", "a line feed at the end")
	}
	return all
}

func (d *Document) textChanges(t Text) []Change {
	var all []Change
	for _, c := range []struct {
		in         Text
		code, says string
	}{
		{EscapeSlash, "slashes_escaped", `/ as \/`},
		{EscapeNonASCII, "non_ascii_escaped", "non-ASCII characters escaped"},
		{EscapeHTML, "html_escaped", "<, > and & escaped"},
		{EscapeLines, "line_separators_escaped", "U+2028 and U+2029 escaped"},
		{EscapeDelete, "delete_escaped", "U+007F escaped"},
		{ReplaceHalves, "half_characters_replaced", "halves of characters replaced"},
	} {
		if t&c.in != 0 {
			all = append(all, Change{c.code, c.says})
		}
	}
	if t&AsWritten != 0 {
		return all
	}
	if t == Plain || d.facts.rewritten && t&(EscapeSlash|EscapeNonASCII) == 0 {
		all = append(all, Change{"escapes_resolved", "escapes written as characters"})
	}
	return all
}

package jsontext

// Change is one difference between a text and its output in a style.
type Change struct {
	Code string // stable, such as keys_sorted
	Text string // in words that follow "with"
}

// Changes describes what a style changes in the text.
func (d *Document) Changes(s Style) []Change {
	s = d.normalize(s)
	var all []Change
	add := func(code, text string) { all = append(all, Change{code, text}) }
	switch {
	case s.Layout == Spaced:
		add("spaced", "a space after each comma and colon")
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
		add("outer_keys_sorted", "sorted outermost keys")
	case IndexFirst:
		add("number_keys_first", "numeric keys first")
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
	if s.DuplicateKeys != DuplicatesKept {
		add("duplicate_keys_removed", "duplicate keys removed")
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
		code, text string
	}{
		{EscapeSlash, "slashes_escaped", `/ as \/`},
		{EscapeNonASCII, "non_ascii_escaped", "non-ASCII characters escaped"},
		{EscapeHTML, "html_escaped", "<, > and & escaped"},
		{EscapeLines, "line_separators_escaped", "U+2028 and U+2029 escaped"},
		{EscapeDelete, "delete_escaped", "U+007F escaped"},
		{ReplaceLoneSurrogates, "lone_surrogates_replaced", "lone surrogates replaced"},
	} {
		if t&c.in != 0 {
			all = append(all, Change{c.code, c.text})
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

package filter

import (
	"slices"
	"sort"
	"strings"
	"unicode"
)

// String returns the filter in its canonical form. Parse, with the same time and location, reads it as the same filter.
func (f Filter) String() string {
	terms := make([]string, 0, len(f.terms))
	for _, t := range f.terms {
		terms = append(terms, t.String())
	}
	return strings.Join(terms, " ")
}

// String returns the term as it is typed.
func (t Term) String() string {
	var b strings.Builder
	if t.Not {
		b.WriteByte('-')
	}
	if t.Key != Free {
		b.WriteString(string(t.Key) + ":")
	}
	for i, v := range t.Values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.typed(t.Key))
	}
	return b.String()
}

// typed returns the value, in quotes if necessary.
func (v Value) typed(k Key) string {
	switch {
	case v.written == "", v.written[0] == '"', strings.ContainsFunc(v.written, unicode.IsSpace):
		return quote(v.written)
	case k == Free && (v.written[0] == '-' || strings.Contains(v.written, ":")), k != Free && strings.Contains(v.written, ","):
		return quote(v.written)
	}
	return v.written
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Span is a range of bytes in a text. To is exclusive.
type Span struct{ From, To int }

// Spans returns the parts of a text that match the free words and the terms with one of the keys, so a view can underline them. They are
// sorted and do not overlap.
func (f Filter) Spans(text string, keys ...Key) []Span {
	var spans []Span
	for _, t := range f.terms {
		if t.Not || t.Key != Free && !slices.Contains(keys, t.Key) || t.Key.Kind() != Texts {
			continue
		}
		for _, v := range t.Values {
			spans = v.Text.appendSpans(spans, text)
		}
	}
	return merge(spans)
}

func (t Text) appendSpans(spans []Span, text string) []Span {
	b := []byte(text)
	for at := 0; ; {
		from, to := t.Index(b[at:])
		if from < 0 {
			return spans
		}
		spans = append(spans, Span{at + from, at + to})
		at += to
	}
}

// merge sorts spans and joins those that touch.
func merge(spans []Span) []Span {
	sort.Slice(spans, func(i, j int) bool { return spans[i].From < spans[j].From })
	merged := spans[:0]
	for _, s := range spans {
		if last := len(merged) - 1; last >= 0 && s.From <= merged[last].To {
			merged[last].To = max(merged[last].To, s.To)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

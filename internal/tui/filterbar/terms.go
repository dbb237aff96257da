package filterbar

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/filter"
)

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

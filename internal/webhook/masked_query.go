package webhook

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// IsSensitiveParameter reports whether the values of that query parameter look like credentials. Query parameters have no fixed form:
// api_key, apiKey, accesstoken and sig count, too.
func IsSensitiveParameter(name string) bool {
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	if IsSensitive(hyphenate(name)) {
		return true
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"token", "secret", "passw", "signature", "apikey", "credential"}, func(part string) bool {
		return strings.Contains(name, part)
	}) || slices.Contains([]string{"sig", "pass", "pwd", "pw"}, name)
}

// hyphenate separates the words of a name like accessToken.
func hyphenate(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('-')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// MaskQuery returns the raw query with MaskedValue for every value that looks like a credential, and the names of those, each once, as
// they are written in the query.
func MaskQuery(query string) (masked string, names []string) {
	all := parameters(query)
	for i, p := range all {
		if p.value == "" || !IsSensitiveParameter(p.name) {
			continue
		}
		all[i].value = MaskedValue
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return joinParameters(all), names
}

// maskParameters returns the raw query with MaskedValue for the values of those names.
func maskParameters(query string, names []string) string {
	all := parameters(query)
	for i, p := range all {
		if p.value != "" && slices.Contains(names, p.name) {
			all[i].value = MaskedValue
		}
	}
	return joinParameters(all)
}

// MaskURL returns a URL with its query masked.
func MaskURL(text string) string {
	base, query, ok := strings.Cut(text, "?")
	if !ok {
		return text
	}
	query, _ = MaskQuery(query)
	return base + "?" + query
}

// WithoutParameters returns the raw query without the parameters of those names.
func WithoutParameters(query string, names []string) string {
	if len(names) == 0 {
		return query
	}
	return joinParameters(slices.DeleteFunc(parameters(query), func(p parameter) bool { return slices.Contains(names, p.name) }))
}

// parameter is a part of a raw query, with the separator before it.
type parameter struct{ separator, name, equals, value string }

// parameters splits a raw query. Some servers take a semicolon for a separator, so it counts as one.
func parameters(query string) []parameter {
	var all []parameter
	separator := ""
	for {
		end := strings.IndexAny(query, "&;")
		pair := query
		if end >= 0 {
			pair = query[:end]
		}
		p := parameter{separator: separator, name: pair}
		if i := strings.IndexByte(pair, '='); i >= 0 {
			p.name, p.equals, p.value = pair[:i], "=", pair[i+1:]
		}
		all = append(all, p)
		if end < 0 {
			return all
		}
		separator, query = query[end:end+1], query[end+1:]
	}
}

// joinParameters is the reverse of parameters. The first one has no separator before it.
func joinParameters(all []parameter) string {
	var b strings.Builder
	for i, p := range all {
		if i > 0 {
			b.WriteString(p.separator)
		}
		b.WriteString(p.name + p.equals + p.value)
	}
	return b.String()
}

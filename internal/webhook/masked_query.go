package webhook

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// IsSensitiveParameter reports whether the values of the named query parameter look like credentials. There is no convention for
// such names: api_key, apiKey, accesstoken and sig all count.
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

// hyphenate separates the words of a name such as accessToken.
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

// MaskQuery returns the raw query with all values that look like credentials replaced by MaskedValue, and the names of the masked
// parameters, once each, as spelled in the query.
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

// maskParameters returns the raw query with the values of the named parameters replaced by MaskedValue.
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

// WithoutParameters returns the raw query without the named parameters.
func WithoutParameters(query string, names []string) string {
	if len(names) == 0 {
		return query
	}
	return joinParameters(slices.DeleteFunc(parameters(query), func(p parameter) bool { return slices.Contains(names, p.name) }))
}

// parameter is a part of a raw query, with its preceding separator.
type parameter struct{ separator, name, equals, value string }

// parameters splits a raw query. A semicolon counts as a separator, because some servers accept it.
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

// joinParameters is the inverse of parameters. It writes no separator before the first parameter.
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

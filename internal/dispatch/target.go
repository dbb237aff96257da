package dispatch

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Target is where a handler listens. The zero Target names none. Targets are equal when their strings are.
type Target struct {
	url  url.URL
	text string // String
	host string // Host

	called string // the URL to call if it is not text: see For
	asHost string // the Host header to send; empty: host
}

// ParseTarget reads a target as people write it: a port (3000, :3000), host:port, or a URL, each with or without a path. Where
// there is no path, not even "/", it gets defaultPath. The error is a *TargetError.
func ParseTarget(s, defaultPath string) (Target, error) {
	if err := checkCharacters(s); err != nil {
		return Target{}, err
	}
	scheme, rest, err := splitScheme(s)
	if err != nil {
		return Target{}, err
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, tail := rest[:end], rest[end:]
	if !scheme.given && isDigits(authority) {
		authority = ":" + authority
	}
	host, err := parseAuthority(authority)
	if err != nil {
		return Target{}, err
	}
	if !strings.HasPrefix(tail, "/") {
		if err := checkCharacters("/" + defaultPath); err != nil {
			return Target{}, err
		}
		tail = "/" + strings.TrimPrefix(defaultPath, "/") + tail
	}
	if strings.Contains(tail, "#") {
		return Target{}, &TargetError{"the target has a fragment (#), which is never sent", "write it without"}
	}
	return build(scheme.name, host, tail)
}

// build composes the target from parts that were checked, and a path with its query that was not.
func build(scheme, host, tail string) (Target, error) {
	path, query, hasQuery := strings.Cut(tail, "?")
	u, err := url.Parse(scheme + "://" + host + path)
	if err != nil {
		return Target{}, &TargetError{"the target's path has a broken % escape", "write a percent sign as %25"}
	}
	escaped := u.EscapedPath()
	if u.RawPath != escaped { // as it would be, had the path been typed escaped
		u.RawPath = ""
	}
	u.RawQuery, u.ForceQuery = escapeQuery(query), hasQuery && query == ""
	t := Target{url: *u, host: host}
	t.text = scheme + "://" + host + escaped // url.URL.String would escape a host outside ASCII
	if hasQuery {
		t.text += "?" + u.RawQuery
	}
	return t, nil
}

// String is the target as a URL: http://localhost:3000/webhooks/vidiking. ParseTarget reads it back.
func (t Target) String() string { return t.text }

// Short is the target as rows show it, without http://: localhost:3000/webhooks/vidiking. ParseTarget reads it back.
func (t Target) Short() string { return strings.TrimPrefix(t.text, "http://") }

// Host is the host, and the port where it was given: localhost:3000.
func (t Target) Host() string { return t.host }

// Path is the path as it is sent, without the query: /webhooks/vidiking.
func (t Target) Path() string { return t.url.EscapedPath() }

// For returns the target as one delivery calls it: with rest appended to its path, query to its own query, and host as the Host header
// unless that is empty. Not a byte of rest and query is changed. String stays the configured address.
func (t Target) For(rest, query, host string) Target {
	t.asHost = host
	if rest == "" && query == "" {
		return t
	}
	t.called = webhook.RequestURL(t.text, rest, query)
	_, tail, _ := strings.Cut(t.called, "://")
	path, query, hasQuery := strings.Cut(tail[len(t.host):], "?")
	t.url.RawQuery, t.url.ForceQuery = query, hasQuery && query == ""
	if strings.HasPrefix(path, "//") { // url.URL takes an Opaque like that for a host
		t.url.RawPath = path
		t.url.Path, _ = url.PathUnescape(path) // if that fails, net/url escapes what does not unescape
		return t
	}
	t.url.Opaque = path // as it is: url.URL would escape some characters of a Path
	return t
}

type schemePart struct {
	name  string
	given bool
}

func splitScheme(s string) (schemePart, string, error) {
	before, after, found := strings.Cut(s, "://")
	if !found || strings.ContainsAny(before, "/?#") { // a path or query may have :// in it
		return schemePart{name: "http"}, s, nil
	}
	name := strings.ToLower(before)
	if name == "" {
		return schemePart{}, "", &TargetError{"nothing stands before ://", "write http:// or https://"}
	}
	if name != "http" && name != "https" {
		return schemePart{}, "", &TargetError{"a handler is not reached by " + shown(before) + "://", "write http:// or https://"}
	}
	return schemePart{name, true}, after, nil
}

// parseAuthority checks host and port and returns them in one form: host, host:port or [IPv6]:port.
func parseAuthority(authority string) (string, error) {
	switch {
	case strings.Contains(authority, "@"): // first of all, so that no message repeats a password
		return "", &TargetError{"the target has a user name or password in it", "write it without; a header can carry them"}
	case authority == "" || authority == ":":
		return "", &TargetError{"the target has no host", exampleHint}
	}
	host, port, err := splitPort(authority)
	if err != nil {
		return "", err
	}
	host, err = checkHost(host)
	if err != nil || port == "" {
		return host, err
	}
	return host + ":" + port, nil
}

func splitPort(authority string) (host, port string, err error) {
	colon := strings.LastIndexByte(authority, ':')
	if colon < 0 || strings.HasSuffix(authority, "]") {
		return authority, "", nil
	}
	host, port = authority[:colon], authority[colon+1:]
	if strings.Contains(host, ":") && !strings.HasSuffix(host, "]") {
		return "", "", &TargetError{shown(authority) + " needs brackets around its IPv6 address", "write it as in [::1]:3000"}
	}
	if !isDigits(port) {
		return "", "", &TargetError{shown(port) + " is not a port", portHint}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return "", "", &TargetError{"there is no port " + shown(port), portHint}
	}
	if host == "" {
		host = "localhost"
	}
	return host, strconv.FormatUint(number, 10), nil
}

func checkHost(host string) (string, error) {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		addr, err := netip.ParseAddr(strings.Replace(strings.TrimSuffix(inner, "]"), "%25", "%", 1))
		if err != nil || !addr.Is6() || !isName(addr.Zone()) {
			return "", &TargetError{shown(host) + " is not an IPv6 address", "write it as in [::1]:3000"}
		}
		return "[" + strings.Replace(addr.String(), "%", "%25", 1) + "]", nil
	}
	if isDigits(host) {
		return "", &TargetError{shown(host) + " is not a host", exampleHint}
	}
	if host == "" || !isName(host) {
		return "", &TargetError{shown(host) + " is not a host name", exampleHint}
	}
	return host, nil
}

// isName reports whether every character of s may stand in a host name. The underscore may: Compose services have it.
func isName(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("-._", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) < 0
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// escapeQuery escapes what is not ASCII, as browsers do; everything else stays as it was typed.
func escapeQuery(query string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c >= 0x80 {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

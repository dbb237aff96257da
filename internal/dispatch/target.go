package dispatch

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Target is the address of a handler. The zero Target is none. Two targets are equal if their strings are.
type Target struct {
	url  url.URL
	text string // String
	host string // Host

	called     string // the URL to call if it differs from text: see For
	hostHeader string // the Host header to send; empty: host
}

// ParseTarget parses a port (3000, :3000), host:port, or URL, each with or without a path. A target without a path, not even "/",
// gets defaultPath. The error is a *TargetError.
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
		return Target{}, &TargetError{"the target has a fragment (#), which is never sent", "remove it"}
	}
	return build(scheme.name, host, tail)
}

// build composes a target from a validated scheme and host, and an unvalidated path with query.
func build(scheme, host, tail string) (Target, error) {
	path, query, hasQuery := strings.Cut(tail, "?")
	u, err := url.Parse(scheme + "://" + host + path)
	if err != nil {
		return Target{}, &TargetError{"the target's path has an invalid % escape", "write a percent sign as %25"}
	}
	escaped := u.EscapedPath()
	if u.RawPath != escaped { // the same as if the user had escaped the path
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

// String returns the target as a URL, such as http://localhost:3000/webhooks/vidiking. ParseTarget accepts it.
func (t Target) String() string { return t.text }

// Short returns the target without http://, such as localhost:3000/webhooks/vidiking. ParseTarget accepts it.
func (t Target) Short() string { return strings.TrimPrefix(t.text, "http://") }

// Host returns the host, with the port if one was given, such as localhost:3000.
func (t Target) Host() string { return t.host }

// Path returns the path as it is sent, without the query, such as /webhooks/vidiking.
func (t Target) Path() string { return t.url.EscapedPath() }

// For returns the target for one delivery: it appends rest to the path and query to the target's query, both unchanged, and sends host
// as the Host header unless it is empty. String still returns the configured address.
func (t Target) For(rest, query, host string) Target {
	t.hostHeader = host
	if rest == "" && query == "" {
		return t
	}
	t.called = webhook.RequestURL(t.text, rest, query)
	_, tail, _ := strings.Cut(t.called, "://")
	path, query, hasQuery := strings.Cut(tail[len(t.host):], "?")
	t.url.RawQuery, t.url.ForceQuery = query, hasQuery && query == ""
	if strings.HasPrefix(path, "//") { // url.URL would parse such an Opaque as a host
		t.url.RawPath = path
		t.url.Path, _ = url.PathUnescape(path) // on failure, net/url escapes what it can't unescape
		return t
	}
	t.url.Opaque = path // sent unchanged; url.URL would escape some characters of a Path
	return t
}

type schemePart struct {
	name  string
	given bool
}

func splitScheme(s string) (schemePart, string, error) {
	before, after, found := strings.Cut(s, "://")
	if !found || strings.ContainsAny(before, "/?#") { // a path or query may contain ://
		return schemePart{name: "http"}, s, nil
	}
	name := strings.ToLower(before)
	if name == "" {
		return schemePart{}, "", &TargetError{"the scheme before :// is missing", "use http:// or https://"}
	}
	if name != "http" && name != "https" {
		return schemePart{}, "", &TargetError{"unsupported scheme " + quote(before), "use http:// or https://"}
	}
	return schemePart{name, true}, after, nil
}

// parseAuthority validates host and port and returns them as host, host:port or [IPv6]:port.
func parseAuthority(authority string) (string, error) {
	switch {
	case strings.Contains(authority, "@"): // checked first, so that no error quotes a password
		return "", &TargetError{"the target contains a user name or password", "remove it, and send credentials in a header instead"}
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
		return "", "", &TargetError{"missing brackets around the IPv6 address in " + quote(authority), ipv6Hint}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return "", "", &TargetError{"invalid port " + quote(port), "use a number from 1 to 65535, as in localhost:3000"}
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
			return "", &TargetError{"invalid IPv6 address " + quote(host), ipv6Hint}
		}
		return "[" + strings.Replace(addr.String(), "%", "%25", 1) + "]", nil
	}
	if host == "" || isDigits(host) || !isName(host) {
		return "", &TargetError{"invalid host name " + quote(host), exampleHint}
	}
	return host, nil
}

// isName reports whether every character of s is allowed in a host name. The underscore is: names of Compose services may have one.
func isName(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("-._", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	}) < 0
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// escapeQuery escapes non-ASCII characters, as browsers do, and leaves everything else unchanged.
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

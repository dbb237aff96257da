package tunnel

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Servers announce the tunnel's URL in different formats, among URLs of documentation and offers. A URL counts only if the line's format
// or the URL's host identifies it.

// patterns are compiled on first use, because most commands never need them.
var patterns = sync.OnceValue(func() (p struct{ url, escape, say *regexp.Regexp }) {
	p.url = regexp.MustCompile(`https?://[A-Za-z0-9.\-\[\]:]+`)
	p.escape = regexp.MustCompile(`\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])`)
	p.say = regexp.MustCompile(`^\s*(HTTPS?:|Forwarding HTTP traffic from)\s`) // sish, serveo
	return p
})

// parseAnnouncedURL returns the tunnel's URL from a line of server output, or "". It validates the URL, which is later displayed,
// registered and requested.
func parseAnnouncedURL(line string, t Target) string {
	found := findURL(line, t)
	u, err := url.Parse(found)
	if err != nil || len(found) > maxURLBytes || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsFunc(found, isUnprintable) {
		return ""
	}
	return found
}

// maxURLBytes is far longer than any URL of a tunnel.
const maxURLBytes = 2 << 10

func isUnprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) || r == ' ' }

func findURL(line string, t Target) string {
	line = strings.TrimSpace(patterns().escape.ReplaceAllString(line, ""))
	if strings.HasPrefix(line, "{") {
		return urlFromEvent([]byte(line), t)
	}
	for _, found := range patterns().url.FindAllString(line, -1) {
		found = strings.TrimRight(found, ".:")
		u, err := url.Parse(found)
		if err == nil && u.Hostname() != "" && (patterns().say.MatchString(line) || t.ownsHost(u.Hostname())) {
			return found
		}
	}
	return ""
}

// urlFromEvent reads the URL from a line of localhost.run's `--output json`: its own event format, or a CloudEvent.
func urlFromEvent(line []byte, t Target) string {
	var e struct {
		Event   string `json:"event"`
		Address string `json:"address"`
		Type    string `json:"type"`
		Data    any    `json:"data"`
	}
	if json.Unmarshal(line, &e) != nil {
		return ""
	}
	switch {
	case e.Event == "tcpip-forward" && e.Address != "":
		return withScheme(e.Address)
	case strings.HasSuffix(e.Type, "tcpip_forward.register.accepted"):
		return urlFromData(e.Data, t)
	}
	return ""
}

// urlFromData finds a URL, or a host that the server assigns, anywhere in the data of a CloudEvent.
func urlFromData(data any, t Target) string {
	switch d := data.(type) {
	case string:
		if u, err := url.Parse(withScheme(d)); err == nil && (patterns().url.MatchString(d) || t.ownsHost(u.Hostname())) {
			return withScheme(d)
		}
	case []any:
		for _, v := range d {
			if found := urlFromData(v, t); found != "" {
				return found
			}
		}
	case map[string]any:
		for _, first := range []string{"url", "address", "host", "hostname", "domain"} { // these first, because map order is random
			if found := urlFromData(d[first], t); found != "" {
				return found
			}
		}
		for _, v := range d {
			if found := urlFromData(v, t); found != "" {
				return found
			}
		}
	}
	return ""
}

func withScheme(s string) string {
	if strings.Contains(s, "://") {
		return s
	}
	return "https://" + s
}

// ownsHost reports whether the server assigns hosts like this one to tunnels.
func (t Target) ownsHost(host string) bool {
	domains := map[string][]string{
		"localhost.run": {".lhr.life", ".lhr.rocks"},
		"serveo.net":    {".serveousercontent.com", ".serveo.net"},
	}[t.Host]
	if domains == nil {
		domains = []string{"." + t.Host}
	}
	for _, d := range domains {
		if strings.HasSuffix(host, d) {
			return true
		}
	}
	return false
}

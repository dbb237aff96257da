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

// Services print where their tunnel begins, each in its way and among other URLs: of their documentation, of offers. So a URL counts
// only where its form or its host says what it is.

// patterns are compiled when they are first needed, which in most commands is never.
var patterns = sync.OnceValue(func() (p struct{ url, escape, say *regexp.Regexp }) {
	p.url = regexp.MustCompile(`https?://[A-Za-z0-9.\-\[\]:]+`)
	p.escape = regexp.MustCompile(`\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\-_])`)
	p.say = regexp.MustCompile(`^\s*(HTTPS?:|Forwarding HTTP traffic from)\s`) // sish and serveo
	return p
})

// announced finds the tunnel's URL in a line that the server printed; empty if there is none. What the server says is checked: the URL is
// shown, registered and requested.
func announced(line string, t Target) string {
	found := find(line, t)
	u, err := url.Parse(found)
	if err != nil || len(found) > longestURL || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsFunc(found, isUnprintable) {
		return ""
	}
	return found
}

// longestURL is far more than a host name can have.
const longestURL = 2 << 10

func isUnprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) || r == ' ' }

func find(line string, t Target) string {
	line = strings.TrimSpace(patterns().escape.ReplaceAllString(line, ""))
	if strings.HasPrefix(line, "{") {
		return inEvent([]byte(line), t)
	}
	for _, found := range patterns().url.FindAllString(line, -1) {
		found = strings.TrimRight(found, ".:")
		u, err := url.Parse(found)
		if err == nil && u.Hostname() != "" && (patterns().say.MatchString(line) || t.serves(u.Hostname())) {
			return found
		}
	}
	return ""
}

// inEvent reads what localhost.run writes for `--output json`: an event of its own, or a CloudEvent.
func inEvent(line []byte, t Target) string {
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
		return inData(e.Data, t)
	}
	return ""
}

// inData finds a URL, or a host that the service serves, in whatever a CloudEvent carries.
func inData(data any, t Target) string {
	switch d := data.(type) {
	case string:
		if u, err := url.Parse(withScheme(d)); err == nil && (patterns().url.MatchString(d) || t.serves(u.Hostname())) {
			return withScheme(d)
		}
	case []any:
		for _, v := range d {
			if found := inData(v, t); found != "" {
				return found
			}
		}
	case map[string]any:
		for _, first := range []string{"url", "address", "host", "hostname", "domain"} { // else it would be the order of a map
			if found := inData(d[first], t); found != "" {
				return found
			}
		}
		for _, v := range d {
			if found := inData(v, t); found != "" {
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

// serves reports whether a host is one that the server gives to tunnels.
func (t Target) serves(host string) bool {
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

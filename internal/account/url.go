package account

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// URLError says why Vidiking can't send events to a URL.
type URLError struct {
	Msg  string // what goes on from the name of what was given
	Hint string // may be empty
}

func (e *URLError) Error() string { return "the webhook's URL " + e.Msg }

// Advice says what to do.
func (e *URLError) Advice() string { return e.Hint }

// Reach says from where the URL is looked at.
type URLOptions struct {
	LocalAPI bool // the API is on this machine, so that it can send to it, too
}

// CheckURL checks that events can be sent to a URL: over https, to a path, on a host that the API can reach. It looks nothing up. It
// returns a *URLError.
func CheckURL(text string, o URLOptions) error {
	const hint = "like https://example.com/webhooks/vidiking"
	u, err := url.Parse(text)
	switch {
	case text == "":
		return &URLError{"is empty", hint}
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return &URLError{fmt.Sprintf("holds white space or a control character: %q", text), hint}
	case err != nil || u.Opaque != "" || u.Hostname() == "" || u.Scheme == "":
		return &URLError{fmt.Sprintf("is no URL: %s", redactURL(text)), hint}
	case u.User != nil:
		return &URLError{"can't hold a user or a password", "the signature is what proves who sends: vidiking config set webhook-secret"}
	case u.Fragment != "" || strings.Contains(text, "#"):
		return &URLError{fmt.Sprintf("can't hold #: %s", text), "what follows a # is never sent"}
	case u.Scheme != "https" && u.Scheme != "http":
		return &URLError{fmt.Sprintf("can't begin with %s://", u.Scheme), hint}
	}
	if err := checkHost(u, o); err != nil {
		return err
	}
	if u.Path == "" {
		return &URLError{"has no path: " + text, "write " + withPath(*u, "/webhooks/vidiking") + ", or where your handler is"}
	}
	return nil
}

func checkHost(u *url.URL, o URLOptions) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return &URLError{"has no port from 1 to 65535: " + u.Host, ""}
		}
	}
	scope := scopeOf(host)
	switch {
	case scope == scopeLocal && !o.LocalAPI:
		return &URLError{fmt.Sprintf("leads to this machine (%s), where Vidiking can't send", u.Host), "while you develop, let a tunnel do it: vidiking listen --register"}
	case scope == scopePrivate:
		return &URLError{fmt.Sprintf("leads to a private network (%s), where Vidiking can't send", u.Host), "give it a host that the internet reaches"}
	case scope == scopeUnclear:
		return &URLError{fmt.Sprintf("has a host that is no name and no address as it is usually written: %s", u.Host), ""}
	case scope == scopeInternet && u.Scheme == "http":
		return &URLError{"is not https: " + u.String(), "write " + withScheme(*u, "https")}
	}
	return nil
}

// place is where a host is.
type hostScope int

const (
	scopeInternet hostScope = iota // on the internet, as far as its name tells
	scopeLocal                     // on this machine
	scopePrivate                   // in a network that the internet does not reach
	scopeUnclear                   // who knows
)

func scopeOf(host string) hostScope {
	if hosts.IsLocal(host) {
		return scopeLocal
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return scopeOfAddress(ip.Unmap())
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case last == "" || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x"):
		return scopeUnclear // 127.1 and the like, which some take for an address
	case !strings.Contains(host, "."):
		return scopePrivate
	}
	// Names that are for private networks, or for nobody (RFC 6762, RFC 8375, RFC 2606, ICANN's .internal; .lan and .home as routers have it).
	switch last {
	case "local", "internal", "test", "invalid", "example", "lan", "home", "localdomain":
		return scopePrivate
	}
	if strings.HasSuffix(host, ".home.arpa") {
		return scopePrivate
	}
	return scopeInternet
}

// placeOfAddress is where an address is that is not this machine's.
func scopeOfAddress(ip netip.Addr) hostScope {
	if ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.Zone() != "" {
		return scopePrivate
	}
	// Not private by name, and reached by nobody: RFC 6598 (carriers), RFC 2544, RFC 1112, RFC 791.
	for _, reserved := range []string{"100.64.0.0/10", "198.18.0.0/15", "240.0.0.0/4", "0.0.0.0/8"} {
		if netip.MustParsePrefix(reserved).Contains(ip) {
			return scopePrivate
		}
	}
	return scopeInternet
}

func withPath(u url.URL, path string) string {
	u.Path = path
	return u.String()
}

func withScheme(u url.URL, scheme string) string {
	u.Scheme = scheme
	return u.String()
}

// shownURL is what of a wrong URL can be shown: nothing that may hold a password.
func redactURL(text string) string {
	if strings.Contains(text, "@") {
		return "…"
	}
	return fmt.Sprintf("%q", text)
}

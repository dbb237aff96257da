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

// URLError reports a URL that Vidiking cannot send events to.
type URLError struct {
	Msg  string // the problem, as it follows the name of the URL in a sentence
	Hint string // may be empty
}

func (e *URLError) Error() string { return "the webhook's URL " + e.Msg }

// Advice returns what to do about the error.
func (e *URLError) Advice() string { return e.Hint }

// URLOptions configures CheckURL.
type URLOptions struct {
	LocalAPI bool // the API runs on this machine, so it can send to local URLs
}

// CheckURL checks that the API can send events to a URL: https, with a path, and a public host. It makes no DNS lookup. Errors are
// *URLError.
func CheckURL(text string, o URLOptions) error {
	const hint = "like https://example.com/webhooks/vidiking"
	u, err := url.Parse(text)
	switch {
	case text == "":
		return &URLError{"is empty", hint}
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return &URLError{fmt.Sprintf("contains white space or a control character: %q", text), hint}
	case err != nil || u.Opaque != "" || u.Hostname() == "" || u.Scheme == "":
		return &URLError{fmt.Sprintf("is invalid: %s", redactURL(text)), hint}
	case u.User != nil:
		return &URLError{"cannot contain a user or password", "the signature authenticates the sender: vidiking config set webhook-secret"}
	case u.Fragment != "" || strings.Contains(text, "#"):
		return &URLError{fmt.Sprintf("cannot contain #: %q", text), "the part after # is never sent"}
	case u.Scheme != "https" && u.Scheme != "http":
		return &URLError{fmt.Sprintf("has an unsupported scheme: %q", u.Scheme), hint}
	}
	if err := checkHost(u, o); err != nil {
		return err
	}
	if u.Path == "" {
		return &URLError{"has no path: " + text, "write " + withPath(*u, "/webhooks/vidiking") + ", or the path of your handler"}
	}
	return nil
}

func checkHost(u *url.URL, o URLOptions) error {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return &URLError{"has an invalid port (use 1 to 65535): " + u.Host, ""}
		}
	}
	scope := scopeOf(host)
	switch {
	case scope == scopeLocal && !o.LocalAPI:
		return &URLError{fmt.Sprintf("points to this machine (%s), which Vidiking cannot reach", u.Host), "use a tunnel during development: vidiking listen --register"}
	case scope == scopePrivate:
		return &URLError{fmt.Sprintf("points to a private network (%s), which Vidiking cannot reach", u.Host), "use a host that is reachable from the internet"}
	case scope == scopeUnclear:
		return &URLError{fmt.Sprintf("has an invalid host: %q", u.Host), ""}
	case scope == scopeInternet && u.Scheme == "http":
		return &URLError{"must use https: " + u.String(), "write " + withScheme(*u, "https")}
	}
	return nil
}

// hostScope tells from where a host is reachable.
type hostScope int

const (
	scopeInternet hostScope = iota // the internet, judging by its name
	scopeLocal                     // only this machine
	scopePrivate                   // a private network
	scopeUnclear                   // ambiguous
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
		return scopeUnclear // such as 127.1, which some programs parse as an address
	case !strings.Contains(host, "."):
		return scopePrivate
	}
	// Names reserved for private networks or for examples (RFC 6762, RFC 8375, RFC 2606, ICANN's .internal; routers use .lan and .home).
	switch last {
	case "local", "internal", "test", "invalid", "example", "lan", "home", "localdomain":
		return scopePrivate
	}
	if strings.HasSuffix(host, ".home.arpa") {
		return scopePrivate
	}
	return scopeInternet
}

// scopeOfAddress returns the scope of an address that is not this machine's.
func scopeOfAddress(ip netip.Addr) hostScope {
	if ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.Zone() != "" {
		return scopePrivate
	}
	// Reserved ranges that IsPrivate does not cover: RFC 6598 (carriers), RFC 2544, RFC 1112, RFC 791.
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

// redactURL returns an invalid URL for an error, or … if it may contain a password.
func redactURL(text string) string {
	if strings.Contains(text, "@") {
		return "…"
	}
	return fmt.Sprintf("%q", text)
}

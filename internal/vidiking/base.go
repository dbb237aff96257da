package vidiking

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// defaultURL is the API's address (docs: Transport).
const defaultURL = "https://api.vidiking.com/v1"

// Base is the base URL of the API. Use ParseBase to create one.
type Base struct {
	url       string // without a trailing slash
	host      string // with its port, if any
	plainHTTP bool   // http, only to this machine
	local     bool   // on this machine
}

// URLError reports a URL that cannot be the API's.
type URLError struct {
	Msg  string // the problem, as it follows "the API URL" in a sentence
	Hint string
}

func (e *URLError) Error() string { return "the API URL " + e.Msg }

// Advice returns what to do about the error.
func (e *URLError) Advice() string { return e.Hint }

// ParseBase parses the API's URL. It accepts https, and http to this machine only, because the API key is sent there. Errors are
// *URLError.
func ParseBase(text string) (Base, error) {
	const hint = "like " + defaultURL
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme == "" || u.Hostname() == "":
		return Base{}, &URLError{fmt.Sprintf("is invalid: %q", redactURL(text, u)), hint}
	case u.User != nil:
		return Base{}, &URLError{"cannot contain a user or password", "set the API key separately: vidiking config set api-key"}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return Base{}, &URLError{fmt.Sprintf("cannot contain ? or #: %q", text), hint}
	case u.Scheme != "https" && u.Scheme != "http":
		return Base{}, &URLError{fmt.Sprintf("has an unsupported scheme: %q", u.Scheme), hint}
	case u.Scheme == "http" && !hosts.IsLoopback(u.Hostname()):
		return Base{}, &URLError{fmt.Sprintf("uses plain http to another machine: %q", text), "the API key would be sent unencrypted: use https://"}
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	// A URL that changes when parsed again, such as one with an invalid IPv6 zone, could lead the HTTP client to another host.
	if again, err := url.Parse(u.String()); err != nil || again.String() != u.String() {
		return Base{}, &URLError{fmt.Sprintf("is invalid: %q", text), hint}
	}
	return Base{url: u.String(), host: u.Host, plainHTTP: u.Scheme == "http", local: hosts.IsLoopback(u.Hostname())}, nil
}

// redactURL returns an invalid URL for an error, or … if it may contain a password.
func redactURL(text string, u *url.URL) string {
	if u == nil || strings.Contains(text, "@") {
		return "…"
	}
	return text
}

// String returns the URL without a trailing slash.
func (b Base) String() string { return b.url }

// Host returns the API's host, with its port if the URL has one.
func (b Base) Host() string { return b.host }

// IsLocal reports whether the API is on this machine.
func (b Base) IsLocal() bool { return b.local }

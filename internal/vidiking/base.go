package vidiking

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/hosts"
)

// defaultURL is where the API is (docs: Transport).
const defaultURL = "https://api.vidiking.com/v1"

// Base is the URL that every call's path is added to. Make one with ParseBase.
type Base struct {
	url       string // without a slash at the end
	host      string // with its port
	plainHTTP bool   // http, which is on this machine then
	local     bool   // on this machine
}

// URLError says why a URL can't be the API's.
type URLError struct {
	Msg  string // what goes on from "the API's URL"
	Hint string
}

func (e *URLError) Error() string { return "the API's URL " + e.Msg }

// Advice says what to do.
func (e *URLError) Advice() string { return e.Hint }

// ParseBase reads the API's URL. It returns a *URLError where the API key could not be sent there: it must be https, or http on this
// machine.
func ParseBase(text string) (Base, error) {
	const hint = "like " + defaultURL
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Scheme == "" || u.Hostname() == "":
		return Base{}, &URLError{fmt.Sprintf("is no URL: %q", redactURL(text, u)), hint}
	case u.User != nil:
		return Base{}, &URLError{"can't hold a user or a password", "the API key is kept apart: vidiking config set api-key"}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return Base{}, &URLError{fmt.Sprintf("can't hold ? or #: %q", text), hint}
	case u.Scheme != "https" && u.Scheme != "http":
		return Base{}, &URLError{fmt.Sprintf("can't begin with %s://", u.Scheme), hint}
	case u.Scheme == "http" && !hosts.IsLoopback(u.Hostname()):
		return Base{}, &URLError{fmt.Sprintf("is plain http to another machine: %q", text), "the API key would travel in the open: write https://"}
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	// What is not read as itself again, like a zone of an address with a byte that no zone has, would be another URL to what connects.
	if again, err := url.Parse(u.String()); err != nil || again.String() != u.String() {
		return Base{}, &URLError{fmt.Sprintf("is no URL: %q", text), hint}
	}
	return Base{url: u.String(), host: u.Host, plainHTTP: u.Scheme == "http", local: hosts.IsLoopback(u.Hostname())}, nil
}

// withoutUser is what of a wrong URL can be shown: nothing that may hold a password.
func redactURL(text string, u *url.URL) string {
	if u == nil || strings.Contains(text, "@") {
		return "…"
	}
	return text
}

// String returns the URL without a slash at its end.
func (b Base) String() string { return b.url }

// Host is the API's host, with its port where it has one.
func (b Base) Host() string { return b.host }

// IsHere reports whether the API is on this machine.
func (b Base) IsLocal() bool { return b.local }

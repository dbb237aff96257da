package cmdutil

import (
	"net/url"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// WarnWrongPath warns if a URL belongs to a running listen on this machine but has a path that this listen does not accept.
func WarnWrongPath(a *App, text string) {
	dir, err := a.DataDir()
	if err != nil {
		return
	}
	live, err := session.Live(dir)
	if err != nil {
		return
	}
	given, err := url.Parse(text)
	if err != nil {
		return
	}
	for _, s := range live {
		for _, route := range []string{s.URL, s.PublicURL} {
			accepted, err := url.Parse(route)
			if route == "" || err != nil || !sameHost(given, accepted) {
				continue
			}
			if _, ok := webhook.RestOf(accepted.EscapedPath(), given.EscapedPath()); ok {
				continue
			}
			corrected := *given
			corrected.Path, corrected.RawPath = accepted.Path, accepted.RawPath
			a.Stderr().Warning(
				"listen accepts deliveries at "+accepted.EscapedPath()+"; deliveries to "+given.EscapedPath()+" get 404",
				[]string{"use --url " + corrected.String() + ", or vidiking listen --path " + given.EscapedPath()})
			return
		}
	}
}

// sameHost reports whether two URLs have the same host and port. All names of this machine count as the same host.
func sameHost(a, b *url.URL) bool {
	return portOf(a) == portOf(b) && (a.Hostname() == b.Hostname() || hosts.IsLoopback(a.Hostname()) && hosts.IsLoopback(b.Hostname()))
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

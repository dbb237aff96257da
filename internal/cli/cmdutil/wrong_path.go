package cmdutil

import (
	"net/url"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// SayWrongPath warns of a URL that leads to a listen of this machine and, there, to a path that it answers with 404.
func SayWrongPath(a *App, text string) {
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
		for _, way := range []string{s.URL, s.PublicURL} {
			taken, err := url.Parse(way)
			if way == "" || err != nil || !sameHost(given, taken) {
				continue
			}
			if _, ok := webhook.RestOf(taken.EscapedPath(), given.EscapedPath()); ok {
				continue
			}
			right := *given
			right.Path, right.RawPath = taken.Path, taken.RawPath
			a.Stderr().Warning(
				"the listen there takes deliveries at "+taken.EscapedPath()+"; those to "+given.EscapedPath()+" get 404",
				[]string{"--url " + right.String() + ", or vidiking listen --path " + given.EscapedPath()})
			return
		}
	}
}

// sameHost reports whether two URLs lead to the same host and port. All names of this machine are one.
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

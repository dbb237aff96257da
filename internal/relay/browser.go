package relay

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// isFromOtherSite reports whether a browser sent the request for a page of another site. Such a page can post to this machine, which
// nobody else on the internet can. A browser says so by headers that pages cannot set; a request without them comes from no browser,
// and may have any Host.
func (in *Ingress) isFromOtherSite(req *http.Request) bool {
	origin, site := req.Header.Values("Origin"), req.Header.Get("Sec-Fetch-Site")
	if len(origin) == 0 && site == "" && req.Header.Get("Sec-Fetch-Dest") == "" && req.Header.Get("Sec-Fetch-User") == "" {
		return false // Node's fetch sends Sec-Fetch-Mode alone
	}
	if in.trusts(req) {
		return false
	}
	if in.o.Origin != webhook.OriginTunnel && !isOwnName(hostOf(req.Host)) {
		return true // its name leads here by DNS rebinding, so the browser takes both for one site
	}
	switch site {
	case "same-origin", "same-site", "none":
		return false
	case "":
		return len(origin) != 1 || !isSameHost(origin[0], req.Host)
	}
	return true
}

// trusts reports whether the sender has the session's token.
func (in *Ingress) trusts(req *http.Request) bool {
	_, ok := session.ParseSender(req.Header.Get(session.SenderHeader), in.o.Token)
	return ok
}

// isOwnName reports whether a host in a URL leads to this machine without a resolver, which a stranger could control: the machine's own
// name, or any address.
func isOwnName(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || hosts.IsLocalhost(host)
}

func isSameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	from, to := u.Hostname(), hostOf(host)
	return strings.EqualFold(from, to) || hosts.IsLocal(from) && hosts.IsLocal(to)
}

// hostOf takes the port off.
func hostOf(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return strings.Trim(hostPort, "[]")
}

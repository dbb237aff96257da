package relay

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// isCrossSite reports whether a browser sent the request for a page of another site. Such a page can post to this machine, unlike other
// hosts on the internet. A browser identifies itself by header fields that pages cannot set. A request without these fields is not from a
// browser and may have any Host. ingress is the origin of deliveries that the ingress receives.
func isCrossSite(req *http.Request, ingress webhook.Origin) bool {
	origin, site := req.Header.Values("Origin"), req.Header.Get("Sec-Fetch-Site")
	if len(origin) == 0 && site == "" && req.Header.Get("Sec-Fetch-Dest") == "" && req.Header.Get("Sec-Fetch-User") == "" {
		return false // Node's fetch sends only Sec-Fetch-Mode
	}
	if ingress != webhook.OriginTunnel && !isLocalName(stripPort(req.Host)) {
		return true // DNS rebinding: the page's host name resolves to this machine, so the browser sees a single site
	}
	switch site {
	case "same-origin", "same-site", "none":
		return false
	case "":
		return len(origin) != 1 || !isSameHost(origin[0], req.Host)
	}
	return true
}

// isLocalName reports whether a URL's host leads to this machine without a resolver, which an attacker could control: the machine's own
// name, or an IP address.
func isLocalName(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || hosts.IsLocalhost(host)
}

func isSameHost(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	from, to := u.Hostname(), stripPort(host)
	return strings.EqualFold(from, to) || hosts.IsLocal(from) && hosts.IsLocal(to)
}

// stripPort returns the host without the port.
func stripPort(hostPort string) string {
	if host, _, err := net.SplitHostPort(hostPort); err == nil {
		return host
	}
	return strings.Trim(hostPort, "[]")
}

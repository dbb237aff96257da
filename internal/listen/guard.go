package listen

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// Guard refuses addresses that deliveries must not be sent to: this session and others, which would forward them forever; and, if a
// project file names the target, addresses outside this machine and private networks.
type Guard struct {
	Private bool
	Own     netip.AddrPort          // of this session's ingress; invalid if there is none
	Public  func() string           // this session's public URL; may be nil
	Others  map[netip.AddrPort]bool // ingresses of the sessions that ran when this one started
	Live    func() ([]session.Info, error)
}

var _ dispatch.Guard = (*Guard)(nil)

const (
	reasonItself  = "is the address of this listen"
	reasonAnother = "is the address of another listen"
	reasonProject = "is neither this machine nor in a private network; a project file may not send elsewhere, but --forward and --to may"
)

// Host refuses the public URL of this session.
func (g *Guard) Host(hostPort string) error {
	if g.Public != nil && hostPort == hostPortOf(g.Public()) {
		return &dispatch.AddressError{Addr: hostPort, Reason: reasonItself}
	}
	return nil
}

// Addr refuses the ingresses of this session and of others, and addresses that a project file may not name.
func (g *Guard) Addr(addr netip.AddrPort) error {
	reason := ""
	switch {
	case reaches(addr, g.Own):
		reason = reasonItself
	case g.isOther(addr):
		reason = reasonAnother
	case g.Private && !dispatch.IsPrivate(addr.Addr()):
		reason = reasonProject
	default:
		return nil
	}
	return &dispatch.AddressError{Addr: addr.String(), Reason: reason}
}

// isOther reports whether an address belongs to another session that is still running.
func (g *Guard) isOther(addr netip.AddrPort) bool {
	for other := range g.Others {
		if !reaches(addr, other) {
			continue
		}
		live, err := g.Live()
		return err != nil || IngressesOf(live)[other]
	}
	return false
}

// reaches reports whether a connection to an address reaches a listener, which is bound to loopback. A connection to an unspecified
// address (0.0.0.0, ::) goes to loopback.
func reaches(dialed, listener netip.AddrPort) bool {
	to, at := dialed.Addr().Unmap(), listener.Addr().Unmap()
	return listener.IsValid() && dialed.Port() == listener.Port() && (to == at || to.IsUnspecified())
}

// IngressesOf returns the loopback ingresses of sessions.
func IngressesOf(live []session.Info) map[netip.AddrPort]bool {
	found := map[netip.AddrPort]bool{}
	for _, s := range live {
		if u, err := url.Parse(s.URL); err == nil {
			if addr, err := netip.ParseAddrPort(u.Host); err == nil {
				found[addr] = true
			}
		}
	}
	return found
}

// hostPortOf returns the host and port that a connection to a URL uses; empty if the URL has no host.
func hostPortOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

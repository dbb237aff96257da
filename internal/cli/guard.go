package cli

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/session"
)

// guard keeps deliveries from where they must not go, whatever name leads there: back to this listen or to another one, which would
// forward them without end; and, if a project file names the target, out of this machine and private networks.
type guard struct {
	private bool
	own     netip.AddrPort          // of this listen's ingress; not valid if there is none
	public  func() string           // this listen's public URL; may be nil
	others  map[netip.AddrPort]bool // ingresses of the listens that ran when this one started
	live    func() ([]session.Info, error)
}

var _ dispatch.Guard = (*guard)(nil)

const (
	reasonItself  = "is this listen itself"
	reasonAnother = "is another listen"
	reasonProject = "is neither this machine nor in a private network, where a project file may send; if that is right, name it yourself, with --forward or --to"
)

// Host refuses the public URL of this listen.
func (g *guard) Host(hostPort string) error {
	if g.public != nil && hostPort == hostPortOf(g.public()) {
		return &dispatch.AddressError{Addr: hostPort, Reason: reasonItself}
	}
	return nil
}

// Addr refuses the ingresses of this listen and of others, and what a project file may not name.
func (g *guard) Addr(addr netip.AddrPort) error {
	reason := ""
	switch {
	case reaches(addr, g.own):
		reason = reasonItself
	case g.isOther(addr):
		reason = reasonAnother
	case g.private && !dispatch.IsPrivate(addr.Addr()):
		reason = reasonProject
	default:
		return nil
	}
	return &dispatch.AddressError{Addr: addr.String(), Reason: reason}
}

// isOther reports whether an address is that of another listen, which still runs.
func (g *guard) isOther(addr netip.AddrPort) bool {
	for other := range g.others {
		if !reaches(addr, other) {
			continue
		}
		live, err := g.live()
		return err != nil || ingressesOf(live)[other]
	}
	return false
}

// reaches reports whether a connection to an address reaches a listener, which is bound to loopback. A connection to an unspecified
// address (0.0.0.0, ::) goes to loopback.
func reaches(dialed, listener netip.AddrPort) bool {
	to, at := dialed.Addr().Unmap(), listener.Addr().Unmap()
	return listener.IsValid() && dialed.Port() == listener.Port() && (to == at || to.IsUnspecified())
}

// ingressesOf are the loopback ingresses of sessions.
func ingressesOf(live []session.Info) map[netip.AddrPort]bool {
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

// hostPortOf is the host and the port of a URL, as a connection to it has them; empty if it names none.
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

// projectGuard is the guard of a sender to the configured targets: nil, unless a project file names them.
func projectGuard(cfg *config.Config) dispatch.Guard {
	if !cfg.IsFromProject(config.Forward) {
		return nil
	}
	return &guard{private: true}
}

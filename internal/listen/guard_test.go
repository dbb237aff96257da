package listen

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/session"
)

func TestGuardRefusesSessions(t *testing.T) {
	t.Parallel()
	live := []session.Info{{URL: "http://127.0.0.1:4848/webhooks/vidiking"}, {URL: "not a URL\x7f"}}
	var liveErr error
	g := &Guard{
		Own: netip.MustParseAddrPort("127.0.0.1:4747"), Others: IngressesOf(live), Public: func() string { return "https://Shop.example/hooks" },
		Live: func() ([]session.Info, error) { return live, liveErr },
	}
	for addr, refused := range map[string]bool{
		"127.0.0.1:4747": true, "[::ffff:127.0.0.1]:4747": true, "0.0.0.0:4747": true, "[::]:4747": true, "127.0.0.1:4848": true,
		"127.0.0.1:3000": false, "127.0.0.2:4747": false, "[::1]:4747": false, "192.0.2.1:4747": false, "169.254.169.254:80": false,
	} {
		if err := g.Addr(netip.MustParseAddrPort(addr)); (err != nil) != refused {
			t.Errorf("%s: got %v, want an error: %t", addr, err, refused)
		}
	}
	for host, refused := range map[string]bool{"shop.example:443": true, "shop.example:80": false, "example:443": false} {
		if err := g.Host(host); (err != nil) != refused {
			t.Errorf("%s: got %v, want an error: %t", host, err, refused)
		}
	}
	live = nil // the other session has ended, and another program may use its port
	if err := g.Addr(netip.MustParseAddrPort("127.0.0.1:4848")); err != nil {
		t.Errorf("after the other session ended: got %v, want nil", err)
	}
	if liveErr = errors.New("no permission"); g.Addr(netip.MustParseAddrPort("127.0.0.1:4848")) == nil {
		t.Error("if the sessions cannot be read: got nil, want an error")
	}
}

func TestGuardKeepsProjectTargetsToPrivateAddresses(t *testing.T) {
	t.Parallel()
	g := &Guard{Private: true}
	for addr, refused := range map[string]bool{
		"127.0.0.1:3000": false, "[::1]:3000": false, "10.0.0.1:80": false, "[fd12::1]:80": false, "100.64.0.1:80": false,
		"203.0.113.7:80": true, "[2001:db8::1]:80": true, "169.254.169.254:80": true, "[fe80::1%eth0]:80": true, "[::ffff:8.8.8.8]:80": true,
		"100.100.100.200:80": true, "[fd00:ec2::254]:80": true,
	} {
		if err := g.Addr(netip.MustParseAddrPort(addr)); (err != nil) != refused {
			t.Errorf("%s: got %v, want an error: %t", addr, err, refused)
		}
	}
}

package dispatch

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// privateGuard allows only private addresses.
type privateGuard struct{}

func (privateGuard) Host(string) error { return nil }

func (privateGuard) Addr(addr netip.AddrPort) error {
	if IsPrivate(addr.Addr()) {
		return nil
	}
	return &AddressError{addr.String(), "is not private"}
}

// nameServer responds to every query for an IPv4 address with its current address.
type nameServer struct{ addr atomic.Pointer[netip.Addr] }

func (s *nameServer) set(addr string) {
	a := netip.MustParseAddr(addr)
	s.addr.Store(&a)
}

// resolver returns a resolver that asks the name server.
func (s *nameServer) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go s.serve(server)
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func (s *nameServer) serve(server net.PacketConn) {
	query := make([]byte, 1500)
	for {
		n, from, err := server.ReadFrom(query)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(query[:n]) != nil || len(m.Questions) == 0 {
			continue
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			header := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class}
			m.Answers = []dnsmessage.Resource{{Header: header, Body: &dnsmessage.AResource{A: s.addr.Load().As4()}}}
		}
		if answer, err := m.Pack(); err == nil {
			_, _ = server.WriteTo(answer, from)
		}
	}
}

func TestNameIsCheckedAtEachConnection(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	var names nameServer
	s := sender(t, Options{Guard: privateGuard{}})
	d := newDialer(testTimeout, nil, nil)
	dialer := guarded(&net.Dialer{Resolver: names.resolver(t)}, privateGuard{})
	d.tcp = dialer.DialContext
	setDial(s, d.dial)
	to := target(t, "http://rebound.example.test:"+handler.Port())

	names.set("127.0.0.1")
	wantCode(t, s.Send(t.Context(), to, nil, samplePayload), http.StatusOK)
	names.set("203.0.113.7")
	wantCode(t, s.Send(t.Context(), to, nil, samplePayload), http.StatusOK) // on the reused connection, to the address that was allowed
	for _, addr := range []string{"203.0.113.7", "169.254.169.254"} {
		names.set(addr)
		s.Close() // closes idle connections
		got := s.Send(t.Context(), to, nil, samplePayload)
		wantFailure(t, got, webhook.FailureNotAllowed, to.Host()+" resolves to "+addr+":"+handler.Port()+", which is not private.")
	}
	if n := len(handler.Requests()); n != 2 {
		t.Errorf("the handler got %d requests, want 2", n)
	}
}

func TestEveryDialedAddressIsChecked(t *testing.T) {
	handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
	port, err := strconv.Atoi(handler.Port())
	if err != nil {
		t.Fatal(err)
	}
	own := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
	s := sender(t, Options{Guard: refusing(own)})
	for _, host := range []string{"127.0.0.1", "localhost", "me.localhost", "[::ffff:127.0.0.1]"} {
		to := target(t, "http://"+host+":"+handler.Port())
		if got := s.Send(t.Context(), to, nil, samplePayload); got.Failure != webhook.FailureNotAllowed {
			t.Errorf("%s: got %q %q, want not_allowed", host, got.Failure, got.Error)
		}
		wantUnreachable(t, s.Reachable(t.Context(), to), webhook.FailureNotAllowed, explainAddress(to, &AddressError{own.String(), "is refused"}))
	}
	if n := len(handler.Requests()); n != 0 {
		t.Errorf("the handler got %d requests, want none", n)
	}
}

// refusing forbids one address, and the host name "public.example".
type refusing netip.AddrPort

func (r refusing) Addr(addr netip.AddrPort) error {
	if own := netip.AddrPort(r); addr.Port() == own.Port() && addr.Addr().Unmap() == own.Addr() {
		return &AddressError{own.String(), "is refused"}
	}
	return nil
}

func (r refusing) Host(hostPort string) error {
	if hostPort == "public.example:443" {
		return &AddressError{hostPort, "is refused"}
	}
	return nil
}

func TestHostNameIsCheckedBeforeTheLookup(t *testing.T) {
	s := sender(t, Options{Guard: refusing{}})
	got := s.Send(t.Context(), target(t, "https://PUBLIC.example./x"), nil, samplePayload).Attempt
	if got.Failure != webhook.FailureNotAllowed {
		t.Errorf("got %q %q, want not_allowed", got.Failure, got.Error)
	}
}

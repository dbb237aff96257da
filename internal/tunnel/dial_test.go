package tunnel_test

import (
	"crypto/rand"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func parse(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestNgrokThroughAProxyThatResolvesNames(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	addr, asked := testkit.ServeProxy(t, func(string) string { return edge.Addr() })
	client := &http.Client{Transport: &http.Transport{}}
	o, proof := options(client)
	o.Proxy = tunnel.EnvironmentProxies(func(name string) (string, bool) {
		return "http://" + addr, name == "https_proxy"
	})
	n := withEdge(edge, tunnel.NgrokOptions{})
	n.ConnectURL = "connect.edge.test:443"
	u := serve(t, proof, client, tunnel.OpenNgrok(o, n))
	u.until(tunnel.Ready)
	u.post([]byte("via a proxy"))
	if got := asked(); !slices.Equal(got, []string{"connect.edge.test:443"}) {
		t.Errorf("the proxy got %q, want connect.edge.test:443 once", got)
	}
}

func TestSSHThroughAProxy(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHCloudEvent)
	addr, asked := testkit.ServeProxy(t, func(string) string { return server.Addr() })
	client := &http.Client{Transport: &http.Transport{}}
	o, proof := options(client)
	o.Proxy = tunnel.FixedProxy(parse(t, "http://me:hush@"+addr))
	target, err := tunnel.ParseTarget(tunnel.LocalhostRun)
	if err != nil {
		t.Fatal(err)
	}
	u := serve(t, proof, client, tunnel.OpenSSH(o, tunnel.SSHOptions{Target: target, KnownHosts: t.TempDir() + "/keys"}))
	u.until(tunnel.Ready)
	if got := asked(); !slices.Equal(got, []string{"localhost.run:22"}) {
		t.Errorf("the proxy got %q, want localhost.run:22", got)
	}
}

func TestProxyErrorNamesTheProxyWithoutPassword(t *testing.T) {
	t.Parallel()
	refusing := testkit.ServeRaw(t, testkit.RespondRawAndClose("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
	closing := testkit.ServeRaw(t, testkit.RespondRawAndClose(""))
	socks := testkit.ServeConns(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 64))
		_, _ = c.Write([]byte{5, 0xff}) // no acceptable authentication method
	})
	for by, want := range map[string]string{
		"http://me:hush@" + refusing.Addr():         "it responded with 407 Proxy Authentication Required",
		"http://me:hush@" + closing.Addr():          "connection closed",
		"http://me:hush@" + testkit.RefusingAddr(t): "connection refused",
		"socks5://me:hush@" + socks.Addr():          "no acceptable authentication methods",
		"ftp://me:hush@" + closing.Addr():           `unsupported proxy scheme "ftp" (use http, https or socks5)`,
	} {
		client := &http.Client{Transport: &http.Transport{}}
		o, proof := options(client)
		o.Proxy = tunnel.FixedProxy(parse(t, by))
		edge := testkit.NewNgrokServer(t)
		u := serve(t, proof, client, tunnel.OpenNgrok(o, withEdge(edge, tunnel.NgrokOptions{})))
		u.until(tunnel.Connecting)
		s := u.until(tunnel.Connecting)
		if s.Cause == nil || !strings.Contains(s.Cause.Error(), "via the proxy "+parse(t, by).Host) || strings.Contains(s.Cause.Error(), "hush") {
			t.Errorf("%s: got %v, want the proxy's host without the password", by, s.Cause)
		}
		want = "the proxy " + parse(t, by).Host + ": … " + want
		before, after, _ := strings.Cut(want, "… ")
		if got := tunnel.Describe(s.Cause); !strings.HasPrefix(got, before) || !strings.HasSuffix(got, after) {
			t.Errorf("%s: got %q, want %q", by, got, want)
		}
		u.Close()
	}
}

func TestProxyGetsCredentials(t *testing.T) {
	t.Parallel()
	proxy := testkit.ServeRaw(t, testkit.RespondRawAndClose("HTTP/1.1 403 Forbidden\r\n\r\n"))
	client := &http.Client{Transport: &http.Transport{}}
	o, proof := options(client)
	o.Proxy = tunnel.FixedProxy(parse(t, "http://me:hush@"+proxy.Addr()))
	serve(t, proof, client, tunnel.OpenNgrok(o, withEdge(testkit.NewNgrokServer(t), tunnel.NgrokOptions{})))
	got := string(proxy.Wait(1)[0])
	if !strings.HasPrefix(got, "CONNECT ") || !strings.Contains(got, "\r\nProxy-Authorization: Basic bWU6aHVzaA==\r\n") {
		t.Errorf("the proxy got\n%s\nwant CONNECT with credentials", got)
	}
}

func TestLocalTunnelIsReadyAtOnce(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	o, _ := options(client)
	u := serve(t, tunnel.NewVerifier(client, rand.Reader), client, tunnel.OpenLocal(ln, o.Now))
	if s := u.until(tunnel.Ready); s.URL != "http://"+ln.Addr().String() {
		t.Errorf("got %s, want loopback", s.URL)
	}
	u.post([]byte("at home"))
}

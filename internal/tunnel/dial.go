package tunnel

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"
)

// Proxies names the proxy for a URL; nil where there is none.
type Proxies func(*url.URL) (*url.URL, error)

// EnvironmentProxies are the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, in either case, as for most programs. Loopback is
// never asked for by one.
func EnvironmentProxies(lookUp func(string) (string, bool)) Proxies {
	either := func(name string) string {
		for _, n := range []string{name, strings.ToLower(name)} {
			if v, _ := lookUp(n); v != "" {
				return v
			}
		}
		return ""
	}
	c := httpproxy.Config{HTTPProxy: either("HTTP_PROXY"), HTTPSProxy: either("HTTPS_PROXY"), NoProxy: either("NO_PROXY")}
	return c.ProxyFunc()
}

// OneProxy is the proxy for everything.
func FixedProxy(proxy *url.URL) Proxies {
	return func(*url.URL) (*url.URL, error) { return proxy, nil }
}

// dialPatience is how long a connect may take, with the name's look-up and the proxy's answer.
const dialPatience = 10 * time.Second

// dial connects to host:port, through the proxy that there is for it.
func (o Options) dial(ctx context.Context, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	direct := o.Dial
	if direct == nil {
		direct = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	if o.Proxy == nil {
		return direct(ctx, "tcp", addr)
	}
	by, err := o.Proxy(&url.URL{Scheme: "https", Host: addr})
	if err != nil {
		return nil, fmt.Errorf("find the proxy: %w", err)
	}
	if by == nil {
		return direct(ctx, "tcp", addr)
	}
	conn, err := dialBy(ctx, by, dialFunc(direct), addr)
	if err != nil {
		return nil, &ProxyError{Host: by.Host, Err: err}
	}
	return conn, nil
}

// ProxyError is that a proxy did not lead to where it was asked to.
type ProxyError struct {
	Host string // of the proxy, with its port; without what it is logged in with
	Err  error
}

func (e *ProxyError) Error() string { return fmt.Sprintf("by the proxy %s: %v", e.Host, e.Err) }

func (e *ProxyError) Unwrap() error { return e.Err }

// dialFunc is a function as the proxy package wants it.
type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

func (f dialFunc) Dial(network, addr string) (net.Conn, error) {
	return f(context.Background(), network, addr)
}

func (f dialFunc) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return f(ctx, network, addr)
}

// dialBy connects by a proxy.
func dialBy(ctx context.Context, by *url.URL, direct dialFunc, addr string) (net.Conn, error) {
	switch by.Scheme {
	case "socks5", "socks5h":
		d, err := proxy.FromURL(by, direct)
		if err != nil {
			return nil, err
		}
		return d.(proxy.ContextDialer).DialContext(ctx, "tcp", addr) //nolint:forcetypeassert // the package documents that its SOCKS5 is one
	case "http", "https":
		return dialConnect(ctx, by, direct, addr)
	}
	return nil, fmt.Errorf("a proxy is http, https or socks5, not %q", by.Scheme)
}

// dialConnect asks an HTTP proxy for a connection (RFC 9110, CONNECT).
func dialConnect(ctx context.Context, by *url.URL, direct dialFunc, addr string) (net.Conn, error) {
	port := by.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[by.Scheme]
	}
	conn, err := direct(ctx, "tcp", net.JoinHostPort(by.Hostname(), port))
	if err != nil {
		return nil, err
	}
	// Who ends ctx ends the exchange; the deadline is off again when the connection is handed out.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if by.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: by.Hostname(), MinVersion: tls.VersionTLS12})
	}
	through, err := askForConnection(conn, by, addr)
	if err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	return through, nil
}

// maxProxyHead is the most that a proxy may answer before the connection is made.
const maxProxyHead = 64 << 10

func askForConnection(conn net.Conn, by *url.URL, addr string) (net.Conn, error) {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if by.User != nil {
		password, _ := by.User.Password()
		given := base64.StdEncoding.EncodeToString([]byte(by.User.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+given)
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	head := &io.LimitedReader{R: conn, N: maxProxyHead}
	r := bufio.NewReader(head)
	resp, err := http.ReadResponse(r, req) //nolint:bodyclose // what follows such an answer is the connection itself
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered %s", resp.Status)
	}
	head.N = math.MaxInt64
	return &readFirst{conn, r}, nil
}

// readFirst is a connection of which some was read already.
type readFirst struct {
	net.Conn
	r *bufio.Reader
}

func (c *readFirst) Read(p []byte) (int, error) { return c.r.Read(p) }

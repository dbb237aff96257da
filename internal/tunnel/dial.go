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

// Proxies returns the proxy for a URL, or nil for a direct connection.
type Proxies func(*url.URL) (*url.URL, error)

// EnvironmentProxies returns the proxies set by HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case. Loopback addresses never
// use a proxy.
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

// FixedProxy returns the same proxy for every URL.
func FixedProxy(proxy *url.URL) Proxies {
	return func(*url.URL) (*url.URL, error) { return proxy, nil }
}

// dialTimeout bounds one connection attempt, including name lookup and the proxy's response.
const dialTimeout = 10 * time.Second

// dial connects to host:port, through a proxy if one is configured for it.
func (o Options) dial(ctx context.Context, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	direct := o.Dial
	if direct == nil {
		direct = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	if o.Proxy == nil {
		return direct(ctx, "tcp", addr)
	}
	proxyURL, err := o.Proxy(&url.URL{Scheme: "https", Host: addr})
	if err != nil {
		return nil, fmt.Errorf("find the proxy: %w", err)
	}
	if proxyURL == nil {
		return direct(ctx, "tcp", addr)
	}
	conn, err := dialVia(ctx, proxyURL, dialFunc(direct), addr)
	if err != nil {
		return nil, &ProxyError{Host: proxyURL.Host, Err: err}
	}
	return conn, nil
}

// ProxyError reports that a proxy did not connect to the requested host.
type ProxyError struct {
	Host string // the proxy's host and port, without credentials
	Err  error
}

func (e *ProxyError) Error() string { return fmt.Sprintf("via the proxy %s: %v", e.Host, e.Err) }

func (e *ProxyError) Unwrap() error { return e.Err }

// dialFunc adapts a function to the interfaces of the proxy package.
type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

func (f dialFunc) Dial(network, addr string) (net.Conn, error) {
	return f(context.Background(), network, addr)
}

func (f dialFunc) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return f(ctx, network, addr)
}

// dialVia connects through a proxy.
func dialVia(ctx context.Context, proxyURL *url.URL, direct dialFunc, addr string) (net.Conn, error) {
	switch proxyURL.Scheme {
	case "socks5", "socks5h":
		d, err := proxy.FromURL(proxyURL, direct)
		if err != nil {
			return nil, err
		}
		return d.(proxy.ContextDialer).DialContext(ctx, "tcp", addr) // documented: the SOCKS5 dialer is a ContextDialer
	case "http", "https":
		return dialConnect(ctx, proxyURL, direct, addr)
	}
	return nil, fmt.Errorf("unsupported proxy scheme %q (use http, https or socks5)", proxyURL.Scheme)
}

// dialConnect asks an HTTP proxy for a connection (RFC 9110, CONNECT).
func dialConnect(ctx context.Context, proxyURL *url.URL, direct dialFunc, addr string) (net.Conn, error) {
	port := proxyURL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxyURL.Scheme]
	}
	conn, err := direct(ctx, "tcp", net.JoinHostPort(proxyURL.Hostname(), port))
	if err != nil {
		return nil, err
	}
	// Canceling ctx aborts the exchange with the proxy. sendConnect's caller gets a connection without a deadline.
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if proxyURL.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: proxyURL.Hostname(), MinVersion: tls.VersionTLS12})
	}
	tunneled, err := sendConnect(conn, proxyURL, addr)
	if err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	return tunneled, nil
}

// maxProxyHead is the most that a proxy may send before the connection is established.
const maxProxyHead = 64 << 10

func sendConnect(conn net.Conn, proxyURL *url.URL, addr string) (net.Conn, error) {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if proxyURL.User != nil {
		password, _ := proxyURL.User.Password()
		given := base64.StdEncoding.EncodeToString([]byte(proxyURL.User.Username() + ":" + password))
		req.Header.Set("Proxy-Authorization", "Basic "+given)
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	head := &io.LimitedReader{R: conn, N: maxProxyHead}
	r := bufio.NewReader(head)
	resp, err := http.ReadResponse(r, req) //nolint:bodyclose // after this response comes the tunneled connection
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it responded with %s", resp.Status)
	}
	head.N = math.MaxInt64
	return &bufferedConn{conn, r}, nil
}

// bufferedConn is a connection whose first bytes are already in a buffer.
type bufferedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

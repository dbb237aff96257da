package vidiking

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/pause"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	defaultTimeout   = 30 * time.Second
	connectTimeout   = 10 * time.Second // a connection takes far less; beyond that the host is unreachable
	maxResponseBytes = 1 << 20          // far more than any documented response
)

// ErrNoKey reports that no API key is configured.
var ErrNoKey = errors.New("no API key is configured")

// Options configures a Client.
type Options struct {
	Base      Base
	Key       webhook.Secret
	Sandbox   bool // the account's test mode (docs: Sandbox Mode)
	UserAgent string

	Timeout time.Duration                         // of each attempt, in total; 0: 30 s
	Proxy   func(*http.Request) (*url.URL, error) // nil: no proxy
	Now     func() time.Time                      // nil: time.Now
	OnWait  func(Wait)                            // called before each wait for the rate limit; may be nil
}

// Client calls the API. It is safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client
}

// New returns a Client. It returns ErrNoKey if Options.Key is not set.
func New(o Options) (*Client, error) { return newClient(o, newTransport(o)) }

func newClient(o Options, network http.RoundTripper) (*Client, error) {
	if !o.Key.IsSet() {
		return nil, ErrNoKey
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnWait == nil {
		o.OnWait = func(Wait) {}
	}
	return &Client{o: o, http: &http.Client{
		Transport: network,
		// A redirect would forward the key, or a body with a secret. The documented API has none.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func newTransport(o Options) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout}
	if o.Base.plainHTTP {
		// localhost is a name, and a resolver may return any address for it.
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			if host, _, err := net.SplitHostPort(address); err != nil || !hosts.IsLoopback(host) {
				return errNotLoopback
			}
			return nil
		}
	}
	return &http.Transport{
		Proxy:                  o.Proxy,
		OnProxyConnectResponse: checkProxyResponse,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
		// There are few calls, often hours apart, and a PUT is not repeated on a kept connection that turns out to be closed.
		DisableKeepAlives: true,
	}
}

// Base returns the API's base URL.
func (c *Client) Base() Base { return c.o.Base }

// request is one API call.
type request struct {
	method, path string
	body         any              // sent as JSON; nil: none
	redact       []webhook.Secret // secrets besides the key to mask in errors
}

func (r request) String() string { return r.method + " " + r.path }

// response is a successful response (2xx).
type response struct {
	body []byte
	meta Meta
}

// Meta describes a response apart from its body.
type Meta struct {
	Code int
	Date time.Time     // the server's clock, in whole seconds; zero if absent
	At   time.Time     // our clock, when the header arrived
	Took time.Duration // from the request to the header
}

// call sends a request, repeats it if it is rate limited, and returns a successful response. Any other response is an error.
func (c *Client) call(ctx context.Context, r request) (response, error) {
	payload, err := encode(r.body)
	if err != nil {
		return response{}, err
	}
	var budget waitBudget
	for {
		a, err := c.sendOnce(ctx, r, payload)
		var status *StatusError
		if !errors.As(err, &status) || status.Code != http.StatusTooManyRequests {
			return a, err
		}
		wait, ok := budget.next(status)
		if !ok {
			return response{}, err
		}
		wait.Call = r.String()
		c.o.OnWait(wait)
		if err := pause.For(ctx, wait.For); err != nil { // the pending call was not carried out
			return response{}, &interruptedError{err: err}
		}
	}
}

// encode encodes a body without HTML escaping, because readers expect plain JSON.
func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// sendOnce sends a request once.
func (c *Client) sendOnce(ctx context.Context, r request, payload []byte) (response, error) {
	timed, cancel := context.WithTimeout(ctx, c.o.Timeout)
	defer cancel()
	trace := &requestTrace{}
	req, err := c.newRequest(httptrace.WithClientTrace(timed, trace.clientTrace()), r, payload)
	if err != nil {
		return response{}, err
	}
	start := c.o.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return response{}, c.unreachable(ctx, timed, trace, err)
	}
	defer resp.Body.Close()
	meta := Meta{Code: resp.StatusCode, At: c.o.Now()}
	meta.Took = meta.At.Sub(start)
	meta.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponseBytes+1))
	if err != nil && resp.StatusCode/100 == 2 {
		return response{}, c.unreachable(ctx, timed, trace, err)
	}
	return c.checkResponse(r, resp, body, meta) // an incomplete body of an error response is still useful
}

func (c *Client) newRequest(ctx context.Context, r request, payload []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.o.Base.url+r.path, bytes.NewReader(payload))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	for _, f := range c.header(r) {
		value := f.Value
		if f.Name == "Authorization" {
			value = "Bearer " + c.o.Key.Reveal()
		}
		req.Header.Set(f.Name, value)
	}
	return req, nil
}

// header returns the request's header with the key masked.
func (c *Client) header(r request) []webhook.Field {
	h := []webhook.Field{{Name: "Authorization", Value: "Bearer " + c.o.Key.String()}, {Name: "Accept", Value: "application/json"}}
	if r.body != nil {
		h = append(h, webhook.Field{Name: "Content-Type", Value: "application/json"})
	}
	h = append(h, webhook.Field{Name: "User-Agent", Value: c.o.UserAgent})
	if c.o.Sandbox {
		h = append(h, webhook.Field{Name: "X-Sandbox", Value: "true"})
	}
	return h
}

// checkResponse returns a successful response, or the error for any other.
func (c *Client) checkResponse(r request, resp *http.Response, body []byte, meta Meta) (response, error) {
	if resp.StatusCode/100 == 2 {
		if len(body) > maxResponseBytes {
			return response{}, c.malformed(r, meta, body, fmt.Sprintf("is larger than %d MiB", maxResponseBytes>>20))
		}
		return response{body, meta}, nil
	}
	if to := resp.Header.Get("Location"); resp.StatusCode/100 == 3 && to != "" {
		return response{}, &RedirectError{Call: r.String(), Code: resp.StatusCode, To: c.mask(r, to)}
	}
	return response{}, &StatusError{
		Call: r.String(), Meta: meta, Body: c.excerpt(r, body), ContentType: c.mask(r, resp.Header.Get("Content-Type")),
		Sandbox: c.o.Sandbox, retryAfter: retryAfter(resp.Header.Get("Retry-After"), meta.At),
	}
}

// malformed returns the error for a successful response with an undocumented body.
func (c *Client) malformed(r request, meta Meta, body []byte, why string) *ResponseError {
	return &ResponseError{Call: r.String(), Meta: meta, Msg: why, Body: c.excerpt(r, body)}
}

// maxExcerptBytes is how much of a body an error keeps: enough for an error page.
const maxExcerptBytes = 4 << 10

// excerpt returns the beginning of a body with secrets masked. It masks before it truncates, because truncation could split a secret.
func (c *Client) excerpt(r request, body []byte) string {
	text := c.mask(r, string(body))
	if len(text) > maxExcerptBytes {
		text = strings.ToValidUTF8(text[:maxExcerptBytes], "") + "…"
	}
	return text
}

func (c *Client) mask(r request, text string) string {
	for _, s := range append([]webhook.Secret{c.o.Key}, r.redact...) {
		text = mask(text, s)
	}
	return text
}

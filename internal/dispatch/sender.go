package dispatch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	defaultTimeout       = 10 * time.Second // Vidiking waits 10 s for a response (docs: Webhooks, Retry Policy)
	defaultResponseLimit = 64 << 10         // enough for an error page with a stack trace

	// maxIdle is the number of idle connections per handler. It only needs to exceed the expected concurrency (64 in the burst of
	// docs/performance.md), because idle connections are closed after idleTime.
	maxIdle = 256
	// idleTime is how long an idle connection stays open. It must be shorter than the handler's own timeout, which is 2 s in
	// gunicorn (setting keepalive), and 5 s in uvicorn (--timeout-keep-alive) and older versions of Node (server.keepAliveTimeout).
	idleTime = time.Second
	// maxHeaderBytes limits a response's header like a request's. net/http's default of 10 MiB would end up in the log.
	maxHeaderBytes = 64 << 10
)

// Options configures a Sender. The zero value uses the defaults.
type Options struct {
	Timeout       time.Duration    // for a whole attempt; 0: 10 s
	Silence       time.Duration    // end the attempt if no byte, not even a 1xx response, is received for this long; 0: no limit
	Insecure      bool             // accept any TLS certificate
	ResponseLimit int64            // bytes of the response's body to keep; 0: 64 KiB
	Now           func() time.Time // nil: time.Now
	Guard         Guard            // nil: every connection is allowed
	Shape         Shape            // how requests are written
}

// Sender sends deliveries to handlers. It is safe for concurrent use.
type Sender struct {
	options Options
	pool    *pool           // connections to plain HTTP handlers; nil: http.Transport sends everything
	reuse   *http.Transport // reuses connections
	fresh   *http.Transport // opens one for each delivery
	probe   *http.Transport // opens one and sends nothing

	silence      silence
	maxDrainTime time.Duration
	staleWithin  time.Duration
}

// NewSender returns a Sender. The caller must close it.
func NewSender(o Options) *Sender { return newSender(o, nil) }

// newSender trusts the given certificate authorities. If roots is nil, it trusts those of the system.
func newSender(o Options, roots *x509.CertPool) *Sender {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.ResponseLimit <= 0 {
		o.ResponseLimit = defaultResponseLimit
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	config := &tls.Config{RootCAs: roots, InsecureSkipVerify: o.Insecure}
	// net/http keeps dialing after the attempt has ended, because another attempt may use the connection. This timeout ends the
	// dial. It is longer than the attempt's, so the attempt's is always the one reported.
	d := newDialer(2*o.Timeout, config, o.Guard)
	s := &Sender{
		options: o,
		reuse:   newTransport(d.dial, d.dialTLS, maxIdle),
		fresh:   newTransport(d.dial, d.dialTLS, -1), // negative: nothing is reused, but "Connection: close" is not sent
		probe:   newTransport(d.probe, d.probe, -1),

		silence:      silence{limit: o.Silence},
		maxDrainTime: maxDrainTime,
		staleWithin:  staleWithin,
	}
	if canCheckQuiet {
		s.pool = newPool(d.dial)
	}
	return s
}

func newTransport(dial, dialTLS dialFunc, idle int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext:            dial,
		DialTLSContext:         dialTLS,
		DisableCompression:     true, // otherwise net/http requests gzip and decompresses it
		MaxIdleConnsPerHost:    idle,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              protocols,
	}
}

// Close closes idle connections. The Sender must not be used afterwards.
func (s *Sender) Close() {
	if s.pool != nil {
		s.pool.closeIdle()
	}
	for _, t := range []*http.Transport{s.reuse, s.fresh, s.probe} {
		t.CloseIdleConnections()
	}
}

// Result is the result of a Send.
type Result struct {
	webhook.Attempt

	// Stale is an earlier attempt on a reused connection that the handler had closed (FailureStale). It is usually nil. It must be
	// recorded, because it was sent, but it is not a retry.
	Stale *webhook.Attempt
}

// Attempts returns all attempts, oldest first.
func (r Result) Attempts() []webhook.Attempt {
	if r.Stale == nil {
		return []webhook.Attempt{r.Attempt}
	}
	return []webhook.Attempt{*r.Stale, r.Attempt}
}

// Send sends a delivery to the handler at t and returns the result. It doesn't number the attempt. The body must not change, not even
// after Send has returned, because a handler may respond before it has read everything.
func (s *Sender) Send(ctx context.Context, t Target, h webhook.Header, body []byte) Result {
	start := s.options.Now()
	attempt := webhook.Attempt{Target: t.String(), URL: t.called, StartedAt: startedAt(start)}
	if t.text == "" {
		attempt.Failure, attempt.Error = webhook.FailureUnexpected, noTargetMessage
		return Result{Attempt: attempt}
	}
	timed, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	if s.silence.limit > 0 {
		var end context.CancelCauseFunc
		timed, end = context.WithCancelCause(timed)
		defer end(nil)
		defer s.silence.watch(func() { end(errSilence) })()
	}
	x := exchange{
		sender: s, ctx: timed, cancel: cancel, caller: ctx, start: start,
		target: t, header: outgoingHeader(h), body: body, attempt: attempt,
	}
	x.run()
	return Result{x.attempt, x.stale}
}

func startedAt(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

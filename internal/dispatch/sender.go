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
	defaultTimeout   = 10 * time.Second // Vidiking waits 10 s for an answer (docs: Webhooks, Retry Policy)
	defaultAnswerCap = 64 << 10         // more than any handler says to a webhook; an error page with a stack trace fits

	// maxIdle is how many connections are kept for one handler. It only has to be above any concurrency that is asked for (the
	// burst of docs/performance.md has 64), since they are kept for idleTime only.
	maxIdle = 256
	// idleTime is how long an unused connection is kept. Handlers close theirs after 2 s (gunicorn: setting keepalive), 5 s
	// (Node before 65 s: server.keepAliveTimeout; uvicorn: --timeout-keep-alive) or later; ours must be the first to let go.
	idleTime = time.Second
	// maxHeaderBytes bounds the header of a response, as that of a request is bounded: net/http's 10 MiB would go to the log.
	maxHeaderBytes = 64 << 10
)

// Options say how to send. The zero Options are the defaults.
type Options struct {
	Timeout       time.Duration    // for one attempt, whole; 0: 10 s
	Silence       time.Duration    // how long there may be no sign of life, not even a 1xx response; 0: as long as Timeout
	Insecure      bool             // take any TLS certificate
	ResponseLimit int64            // how much of an answer's body is kept; 0: 64 KiB
	Now           func() time.Time // nil: time.Now
	Guard         Guard            // nil: every connection is allowed
}

// Sender hands deliveries to handlers. It may be used by many goroutines at once.
type Sender struct {
	options Options
	kept    *http.Transport // keeps connections open
	fresh   *http.Transport // makes one for each delivery
	probe   *http.Transport // makes one and sends nothing

	silence     silence
	drainTime   time.Duration
	staleWithin time.Duration
}

// NewSender makes a Sender. Close it after use.
func NewSender(o Options) *Sender { return newSender(o, nil) }

// newSender trusts certificates of roots, or of the system where they are nil.
func newSender(o Options, roots *x509.CertPool) *Sender {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.ResponseLimit <= 0 {
		o.ResponseLimit = defaultAnswerCap
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	config := &tls.Config{RootCAs: roots, InsecureSkipVerify: o.Insecure}
	// net/http lets a connection be made though the attempt that asked for it has ended; another may use it. This ends that too,
	// and later, so that of two time-outs it is always the attempt's that is reported.
	d := newDialer(2*o.Timeout, config, o.Guard)
	return &Sender{
		options: o,
		kept:    newTransport(d.dial, d.dialTLS, maxIdle),
		fresh:   newTransport(d.dial, d.dialTLS, -1), // negative: none is kept, and no "Connection: close" is sent
		probe:   newTransport(d.touch, d.touch, -1),

		silence:     silence{limit: o.Silence},
		drainTime:   drainTime,
		staleWithin: staleWithin,
	}
}

func newTransport(dial, dialTLS dialFunc, idle int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext:            dial,
		DialTLSContext:         dialTLS,
		DisableCompression:     true, // else net/http asks for gzip and unpacks it
		MaxIdleConnsPerHost:    idle,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              protocols,
	}
}

// Close lets go of the connections that are kept. The Sender is not to be used after.
func (s *Sender) Close() {
	for _, t := range []*http.Transport{s.kept, s.fresh, s.probe} {
		t.CloseIdleConnections()
	}
}

// Result is what came of one Send.
type Result struct {
	webhook.Attempt

	// Stale is the attempt before it, on a reused connection that the handler had closed (FailureStale); mostly nil. It was sent, so it
	// is to be recorded, but it is not a retry.
	Stale *webhook.Attempt
}

// Attempts returns the attempts that were made, in their order.
func (r Result) Attempts() []webhook.Attempt {
	if r.Stale == nil {
		return []webhook.Attempt{r.Attempt}
	}
	return []webhook.Attempt{*r.Stale, r.Attempt}
}

// Send hands a delivery to the handler at t and returns what came of it; the attempt's number is left to the one who records
// it. The body must not change, even after Send has returned: a handler may answer before it has read all of it.
func (s *Sender) Send(ctx context.Context, t Target, h webhook.Header, body []byte) Result {
	start := s.options.Now()
	attempt := webhook.Attempt{Target: t.String(), URL: t.called, StartedAt: startedAt(start)}
	if t.text == "" {
		attempt.Failure, attempt.Error = webhook.FailureUnexpected, noTargetText
		return Result{Attempt: attempt}
	}
	timed, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	timed, fallSilent := context.WithCancelCause(timed)
	defer fallSilent(nil)
	x := exchange{
		sender: s, ctx: timed, cancel: cancel, caller: ctx, start: start,
		target: t, header: outgoing(h), body: body, attempt: attempt,
	}
	defer s.silence.watch(func() { fallSilent(errSilence) })()
	x.run()
	return Result{x.attempt, x.stale}
}

func startedAt(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

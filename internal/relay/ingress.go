package relay

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Respond selects the response to the sender of a delivery.
type Respond string

// The response modes.
const (
	RespondHandler Respond = "handler" // the handler's response
	RespondAck     Respond = "ack"     // 200 once the delivery is recorded
)

// IngressOptions configures an Ingress.
type IngressOptions struct {
	Path    string // escaped path; the ingress accepts deliveries on it and below it
	Token   string // of the session: senders that have it may set a delivery's origin
	Origin  webhook.Origin
	Respond Respond
	MaxBody int64 // in bytes

	MaxConns int // maximum number of open connections; 0: 512
	Files    int // number of file descriptors for connections; further connections wait until one closes. 0: no limit
}

// Ingress is the HTTP handler that receives deliveries.
type Ingress struct {
	relay       *Relay
	o           IngressOptions
	bodies      *inFlight
	readTimeout time.Duration // how long a sender may pause before and within a body

	mu         sync.Mutex
	wrongPaths []string            // paths that were reported
	notified   map[NoticeKind]bool // kinds that were reported
}

// maxWrongPaths limits the paths that Ingress remembers, so a scanner of many paths uses no memory.
const maxWrongPaths = 16

// NewIngress returns an Ingress that passes deliveries to r.
func NewIngress(r *Relay, o IngressOptions) *Ingress {
	if o.MaxConns == 0 {
		o.MaxConns = maxConns
	}
	return &Ingress{relay: r, o: o, bodies: newInFlight(o.MaxBody), readTimeout: bodyReadTimeout, notified: map[NoticeKind]bool{}}
}

// ServeHTTP receives one delivery.
func (in *Ingress) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	called, query := requestTarget(req)
	rest, ok := webhook.RestOf(in.o.Path, called)
	switch {
	case !ok:
		in.notifyWrongPath(req.Method, called)
		respondText(w, http.StatusNotFound, "Send deliveries to "+in.o.Path+" or below it.")
		return
	case webhook.HasDotSegment(rest), strings.Contains(req.RequestURI, "#"):
		in.notifyWrongPath(req.Method, called)
		respondText(w, http.StatusNotFound, "Paths with . or .. segments and URLs with # are not forwarded.")
		return
	}
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		respondText(w, http.StatusMethodNotAllowed, "Use POST to send deliveries.")
		return
	}
	if in.isCrossSite(req) {
		in.notifyOnce(Notice{Kind: NoticeCrossSite, Site: webhook.Truncate(req.Header.Get("Origin"))})
		in.discardBody(w, req)
		respondText(w, http.StatusForbidden, "Pages of other sites cannot send deliveries.")
		return
	}
	body, held, err := in.readBody(w, req)
	defer func() { in.bodies.release(held) }()
	if err != nil {
		in.rejectBody(w, req, err)
		return
	}
	arrival := Arrival{Body: body, Method: req.Method, Path: called, Rest: rest, Query: query}
	if in.deliver(w, req, arrival, held) {
		held = 0 // the forward continues after the response and releases the bytes itself
	}
}

// deliver records and forwards an arrival, and responds. It reports whether a forward still uses the body when it returns.
func (in *Ingress) deliver(w http.ResponseWriter, req *http.Request, arrival Arrival, held int64) (goesOn bool) {
	// The sender may hang up (Vidiking does after 10 s); the delivery is forwarded nevertheless.
	ctx := context.WithoutCancel(req.Context())
	var d *recordedDelivery
	defer func() {
		if p := recover(); p != nil {
			in.recordPanic(d, p)
			respondText(w, http.StatusInternalServerError, panicText)
		}
	}()
	trusted := in.identifySender(req, &arrival)
	if trusted {
		b := newHeartbeatWriter(w)
		defer b.stop()
		w = b
	}
	if arrival.Target != "" && !in.relay.HasTarget(arrival.Target) {
		respondText(w, http.StatusMisdirectedRequest, "This listen does not forward to that target.")
		return false
	}
	d, err := in.relay.record(ctx, arrival)
	if in.relay.noteRecordError(err); err != nil {
		w.Header().Set("Retry-After", "30")
		respondText(w, http.StatusServiceUnavailable, "The delivery could not be recorded.")
		return false
	}
	if trusted && !d.Status.Forwardable() {
		setSessionHeaders(w, &d.Delivery)
	}
	switch {
	case d.Status == webhook.StatusRejected:
		respondText(w, http.StatusUnauthorized, "The signature is "+string(d.Verdict)+".")
	case d.Status == webhook.StatusSkipped:
		w.WriteHeader(http.StatusOK)
	case trusted:
		in.forwardTrusted(ctx, w, d)
	case in.o.Respond == RespondAck:
		goesOn = true
		in.relay.ackedForwards.Go(func() {
			defer in.bodies.release(held)
			in.forwardAcked(d)
		})
		w.WriteHeader(http.StatusOK)
	default:
		in.forward(w, d)
	}
	return goesOn
}

// requestTarget returns the escaped path and the raw query of a request, byte for byte. req.URL does not keep them.
func requestTarget(req *http.Request) (path, query string) {
	path, query, _ = strings.Cut(req.RequestURI, "?")
	if _, rest, absolute := strings.Cut(path, "://"); absolute && path[0] != '/' {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path, query
}

// identifySender sets the origin of an arrival. A sender that has the session's token states it in a header, which identifySender removes.
func (in *Ingress) identifySender(req *http.Request, a *Arrival) (trusted bool) {
	a.Origin = in.o.Origin
	if values := req.Header[session.SenderHeader]; len(values) > 0 {
		if s, ok := session.ParseSender(values[0], in.o.Token); ok {
			trusted, a.Origin, a.Parent = true, s.Origin, s.Parent
			a.Target, a.Host, a.Probe, a.Expect = s.Target, s.Host, s.Probe, s.Expect
		}
		delete(req.Header, session.SenderHeader)
	}
	a.Header = webhook.HeaderFrom(req.Host, req.Header)
	return trusted
}

// forward sends the delivery and responds with the handler's response, or the worst of several. Targets that hold the delivery don't
// count: if all of them hold it, the response is 200.
func (in *Ingress) forward(w http.ResponseWriter, d *recordedDelivery) {
	s := in.relay.forward(in.relay.abortCtx, d)
	in.recordAttempts(d, s)
	made := s.realAttempts()
	switch {
	case len(made) > 0:
		respondAttempt(w, webhook.Deciding(made))
	case s.unsent:
		w.Header().Set("Retry-After", "30")
		respondText(w, http.StatusServiceUnavailable, "listen was stopped before it sent the delivery.")
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// forwardTrusted is forward for a sender that has the token. Such a sender looks the delivery up after the response, so forwardTrusted
// waits for held deliveries.
func (in *Ingress) forwardTrusted(ctx context.Context, w http.ResponseWriter, d *recordedDelivery) {
	out, err := in.relay.recordAndWait(ctx, d, in.relay.forward(in.relay.abortCtx, d))
	in.relay.noteRecordError(err)
	d.Status = out.Delivery.Status
	setSessionHeaders(w, &d.Delivery)
	if d.Status == webhook.StatusPending {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	respondAttempt(w, out.Attempt)
}

// forwardAcked forwards a delivery whose sender already has its response.
func (in *Ingress) forwardAcked(d *recordedDelivery) {
	defer func() {
		if p := recover(); p != nil {
			in.recordPanic(d, p)
		}
	}()
	in.recordAttempts(d, in.relay.forward(in.relay.abortCtx, d))
}

// recordAttempts passes the delivery's attempts to the log. After that the delivery is no longer pending, unless all its targets hold it.
func (in *Ingress) recordAttempts(d *recordedDelivery, s sendResult) {
	if len(s.attempts)+len(s.due) == 0 {
		return
	}
	if err := in.relay.queueAttempts(d.ID, s); err != nil {
		in.relay.noteRecordError(err)
	}
	if len(s.attempts) > 0 {
		d.Status = s.deciding().Status()
	}
}

// notifyWrongPath reports a POST to a wrong path, once for each path.
func (in *Ingress) notifyWrongPath(method, path string) {
	if method != http.MethodPost {
		return
	}
	path = webhook.Truncate(path)
	in.mu.Lock()
	tell := len(in.wrongPaths) < maxWrongPaths && !slices.Contains(in.wrongPaths, path)
	if tell {
		in.wrongPaths = append(in.wrongPaths, path)
	}
	in.mu.Unlock()
	if tell {
		in.relay.o.Notify(Notice{Kind: NoticeWrongPath, At: in.relay.o.Now(), Path: path})
	}
}

// notifyOnce reports a notice unless one of the same kind was reported before.
func (in *Ingress) notifyOnce(n Notice) {
	in.mu.Lock()
	known := in.notified[n.Kind]
	in.notified[n.Kind] = true
	in.mu.Unlock()
	if !known {
		n.At = in.relay.o.Now()
		in.relay.o.Notify(n)
	}
}

// setSessionHeaders adds the delivery's id and status to a response for a trusted sender. With them, the sender can look the delivery up
// and tell a 401 of the ingress from one of the handler.
func setSessionHeaders(w http.ResponseWriter, d *webhook.Delivery) {
	w.Header().Set(session.DeliveryHeader, string(d.ID))
	w.Header().Set(session.StatusHeader, string(d.Status))
}

// respondText responds with a sentence of this program.
func respondText(w http.ResponseWriter, code int, sentence string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(sentence)+1))
	w.WriteHeader(code)
	_, _ = w.Write([]byte(sentence + "\n"))
}

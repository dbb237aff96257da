package relay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// receiver is the part of a Relay that an Ingress uses. A panic in one of its methods is recovered, recorded and reported; the method
// returns errPanic.
type receiver interface {
	HasTarget(target string) bool

	// accept verifies and records an arrival. If the status allows it, the caller must call one of the forward methods, because later
	// deliveries of the same job wait for this one.
	accept(ctx context.Context, in Arrival) (*recordedDelivery, error)

	// flush returns when readers see all recorded deliveries.
	flush(ctx context.Context)

	// forward sends the delivery. It returns one attempt for each target that was sent to, and none for those that hold the delivery.
	// unsent reports whether the relay was aborted before the delivery was sent to every target.
	forward(d *recordedDelivery) (made []webhook.Attempt, unsent bool, err error)

	// forwardLater sends the delivery in the background, and then calls done.
	forwardLater(d *recordedDelivery, done func())

	// forwardAndWait sends the delivery, and waits until its attempts are in the log and none of its targets holds it.
	forwardAndWait(ctx context.Context, d *recordedDelivery) (Outcome, error)

	// notify reports a notice that occurs now. It does not panic.
	notify(n Notice)
}

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
	relay       receiver
	o           IngressOptions
	bodies      *inFlight
	readTimeout time.Duration // how long a sender may pause before and within a body
	connsWait   atomic.Bool   // for a file descriptor

	mu         sync.Mutex
	wrongPaths []string            // paths that were reported
	notified   map[NoticeKind]bool // kinds that were reported
}

// maxWrongPaths limits the paths that Ingress remembers, so a scanner of many paths uses no memory.
const maxWrongPaths = 16

// NewIngress returns an Ingress that passes deliveries to r.
func NewIngress(r *Relay, o IngressOptions) *Ingress { return newIngress(r, o) }

func newIngress(r receiver, o IngressOptions) *Ingress {
	return &Ingress{relay: r, o: o, bodies: newInFlight(o.MaxBody), readTimeout: bodyReadTimeout, notified: map[NoticeKind]bool{}}
}

// ServeHTTP receives one delivery.
func (in *Ingress) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w = closingWriter{w, &in.connsWait}
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
	if isCrossSite(req, in.o.Origin) && !in.hasToken(req) {
		in.notifyOnce(Notice{Kind: NoticeCrossSite, Site: webhook.Truncate(req.Header.Get("Origin"))})
		in.discardBody(w, req)
		respondText(w, http.StatusForbidden, "Pages of other sites cannot send deliveries.")
		return
	}
	body, reserved, err := in.readBody(w, req)
	defer func() { in.bodies.release(reserved) }()
	if err != nil {
		in.rejectBody(w, req, err)
		return
	}
	arrival := Arrival{Body: body, Method: req.Method, Path: called, Rest: rest, Query: query}
	if in.deliver(w, req, arrival, reserved) {
		reserved = 0 // the forward continues after the response and releases the bytes itself
	}
}

// deliver records and forwards an arrival, and responds. It reports whether a forward still uses the body when it returns.
func (in *Ingress) deliver(w http.ResponseWriter, req *http.Request, arrival Arrival, reserved int64) (goesOn bool) {
	defer func() {
		if p := recover(); p != nil {
			in.relay.notify(panicNotice(p))
			respondText(w, http.StatusInternalServerError, panicText)
		}
	}()
	// The sender may hang up (Vidiking does after 10 s); the delivery is forwarded nevertheless.
	ctx := context.WithoutCancel(req.Context())
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
	d, err := in.relay.accept(ctx, arrival)
	if err != nil {
		respondNotRecorded(w, err)
		return false
	}
	if trusted && !d.Status.Forwardable() {
		in.relay.flush(ctx) // the sender is going to look the delivery up
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
		in.relay.forwardLater(d, func() { in.bodies.release(reserved) })
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
	made, unsent, err := in.relay.forward(d)
	switch {
	case err != nil:
		respondText(w, http.StatusInternalServerError, panicText)
	case len(made) > 0:
		respondAttempt(w, webhook.Deciding(made))
	case unsent:
		w.Header().Set("Retry-After", "30")
		respondText(w, http.StatusServiceUnavailable, "listen was stopped before it sent the delivery.")
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// forwardTrusted is forward for a sender that has the token. Such a sender looks the delivery up after the response, so forwardTrusted
// waits for held deliveries.
func (in *Ingress) forwardTrusted(ctx context.Context, w http.ResponseWriter, d *recordedDelivery) {
	out, err := in.relay.forwardAndWait(ctx, d)
	if err != nil {
		respondText(w, http.StatusInternalServerError, panicText)
		return
	}
	d.Status = out.Delivery.Status
	setSessionHeaders(w, &d.Delivery)
	if d.Status == webhook.StatusPending {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	respondAttempt(w, out.Attempt)
}

// hasToken reports whether the sender has the session's token.
func (in *Ingress) hasToken(req *http.Request) bool {
	_, ok := session.ParseSender(req.Header.Get(session.SenderHeader), in.o.Token)
	return ok
}

// readBody reads a whole body. reserved is the number of reserved bytes. The caller releases them, even after an error.
func (in *Ingress) readBody(w http.ResponseWriter, req *http.Request) (body []byte, reserved int64, err error) {
	if req.ContentLength > in.o.MaxBody {
		return nil, 0, errTooLarge
	}
	a := bodyReader{
		bodies: in.bodies, conn: http.NewResponseController(w), src: req.Body, declared: req.ContentLength, maxBytes: in.o.MaxBody,
		timeout: in.readTimeout,
	}
	if err = a.readAll(); err != nil {
		return nil, a.reserved, err
	}
	_ = a.conn.SetReadDeadline(time.Time{}) // otherwise net/http treats a sender that waits for the response as disconnected
	return a.body, a.reserved, nil
}

// rejectBody reports to the user and the sender why a body was rejected.
func (in *Ingress) rejectBody(w http.ResponseWriter, req *http.Request, err error) {
	switch {
	case errors.Is(err, errTooLarge):
		in.notifyOnce(Notice{Kind: NoticeTooLarge, Bytes: max(req.ContentLength, 0)})
		in.discardBody(w, req)
		respondText(w, http.StatusRequestEntityTooLarge, "The body is larger than allowed.")
	case errors.Is(err, errTooManyBytes):
		in.notifyOnce(Notice{Kind: NoticeTooManyBytes})
		in.discardBody(w, req)
		w.Header().Set("Retry-After", "30")
		respondText(w, http.StatusServiceUnavailable, "Too many bytes are in flight.")
	case errors.Is(err, errTooSlow):
		in.notifyOnce(Notice{Kind: NoticeTooSlow, Took: in.readTimeout})
		w.Header().Set("Connection", "close")
		respondText(w, http.StatusRequestTimeout, "The body arrived too slowly.")
	default:
		respondText(w, http.StatusBadRequest, "The body is incomplete.")
	}
}

// discardBody reads and drops the rest of the body for a while, because a sender that is still writing does not see the response.
func (in *Ingress) discardBody(w http.ResponseWriter, req *http.Request) {
	if req.Header.Get("Expect") != "" { // the sender waits for 100 Continue and has sent nothing
		return
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(in.readTimeout))
	_, _ = io.CopyN(io.Discard, req.Body, 2*in.o.MaxBody)
}

// notifyWrongPath reports a POST to a wrong path, once for each path.
func (in *Ingress) notifyWrongPath(method, path string) {
	if method != http.MethodPost {
		return
	}
	path = webhook.Truncate(path)
	in.mu.Lock()
	isNew := len(in.wrongPaths) < maxWrongPaths && !slices.Contains(in.wrongPaths, path)
	if isNew {
		in.wrongPaths = append(in.wrongPaths, path)
	}
	in.mu.Unlock()
	if isNew {
		in.relay.notify(Notice{Kind: NoticeWrongPath, Path: path})
	}
}

// notifyOnce reports a notice unless one of the same kind was reported before.
func (in *Ingress) notifyOnce(n Notice) {
	in.mu.Lock()
	known := in.notified[n.Kind]
	in.notified[n.Kind] = true
	in.mu.Unlock()
	if !known {
		in.relay.notify(n)
	}
}

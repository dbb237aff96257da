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

// Respond says what the sender of a delivery is answered.
type Respond string

// The ways to respond.
const (
	RespondHandler Respond = "handler" // what the handler answered
	RespondAck     Respond = "ack"     // 200 once the delivery is recorded
)

// IngressOptions is what an Ingress is made of besides its Relay.
type IngressOptions struct {
	Path    string // the escaped path that takes deliveries, as does everything below it
	Token   string // of the session: who has it may say where a delivery comes from
	Origin  webhook.Origin
	Respond Respond
	MaxBody int64 // bytes

	MaxConns int // connections that may be open at once; 0: 512
	Files    int // connections that there are files for; further ones wait until one is closed. 0: enough
}

// Ingress is the HTTP handler through which deliveries come in.
type Ingress struct {
	relay  *Relay
	o      IngressOptions
	bodies *inFlight
	pause  time.Duration // that a sender may make before and within a body

	mu       sync.Mutex
	wrong    []string            // paths that were told of
	notified map[NoticeKind]bool // of those that are reported once
}

// Paths that a NoticeWrongPath is kept for, so that a scanner of the whole path space costs nothing.
const maxWrongPaths = 16

// NewIngress puts an ingress in front of the relay.
func NewIngress(r *Relay, o IngressOptions) *Ingress {
	if o.MaxConns == 0 {
		o.MaxConns = maxConns
	}
	return &Ingress{relay: r, o: o, bodies: newInFlight(o.MaxBody), pause: bodyPause, notified: map[NoticeKind]bool{}}
}

// ServeHTTP takes one delivery.
func (in *Ingress) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	called, query := requestTarget(req)
	rest, ok := webhook.RestOf(in.o.Path, called)
	switch {
	case !ok:
		in.wrongPath(req.Method, called)
		refuse(w, http.StatusNotFound, "Deliveries come to "+in.o.Path+" and below it.")
		return
	case webhook.HasDotSegment(rest), strings.Contains(req.RequestURI, "#"):
		in.wrongPath(req.Method, called)
		refuse(w, http.StatusNotFound, "Paths with . or .. segments and URLs with # are not forwarded.")
		return
	}
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, http.StatusMethodNotAllowed, "Deliveries come as POST.")
		return
	}
	if in.isFromOtherSite(req) {
		in.once(Notice{Kind: NoticeOtherSite, Site: webhook.Truncate(req.Header.Get("Origin"))})
		in.drain(w, req)
		refuse(w, http.StatusForbidden, "Pages of other sites cannot post here.")
		return
	}
	body, held, err := in.readBody(w, req)
	defer func() { in.bodies.release(held) }()
	if err != nil {
		in.refuseBody(w, req, err)
		return
	}
	arrival := Arrival{Body: body, Method: req.Method, Path: called, Rest: rest, Query: query}
	if in.deliver(w, req, arrival, held) {
		held = 0 // a forward that goes on after the answer holds the body, and lets go of it
	}
}

// deliver takes an arrival the whole way. It reports whether the body is still held when it returns.
func (in *Ingress) deliver(w http.ResponseWriter, req *http.Request, arrival Arrival, held int64) (goesOn bool) {
	// The sender may hang up (Vidiking does after 10 s); the delivery's way goes on.
	ctx := context.WithoutCancel(req.Context())
	var d *recorded
	defer func() {
		if p := recover(); p != nil {
			in.panicked(d, p)
			refuse(w, http.StatusInternalServerError, bugText)
		}
	}()
	trusted := in.identify(req, &arrival)
	if trusted {
		b := newBeatWriter(w)
		defer b.stop()
		w = b
	}
	if arrival.Target != "" && !in.relay.HasTarget(arrival.Target) {
		refuse(w, http.StatusMisdirectedRequest, "This listen does not forward to that target.")
		return false
	}
	d, err := in.relay.record(ctx, arrival)
	if in.relay.noteLogError(err); err != nil {
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "The delivery could not be recorded.")
		return false
	}
	if trusted && !d.Status.Forwardable() {
		own(w, &d.Delivery)
	}
	switch {
	case d.Status == webhook.StatusRejected:
		refuse(w, http.StatusUnauthorized, "The signature is "+string(d.Verdict)+".")
	case d.Status == webhook.StatusSkipped:
		w.WriteHeader(http.StatusOK)
	case trusted:
		in.forwardTrusted(ctx, w, d)
	case in.o.Respond == RespondAck:
		goesOn = true
		in.relay.acked.Go(func() {
			defer in.bodies.release(held)
			in.forwardAcked(d)
		})
		w.WriteHeader(http.StatusOK)
	default:
		in.forward(w, d)
	}
	return goesOn
}

// requestTarget returns the escaped path and the raw query of a request, byte for byte, which req.URL does not keep.
func requestTarget(req *http.Request) (path, query string) {
	path, query, _ = strings.Cut(req.RequestURI, "?")
	if _, rest, absolute := strings.Cut(path, "://"); absolute && path[0] != '/' {
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path, query
}

// identify fills in where an arrival comes from. A sender that has the session's token says so itself, in a header that is removed.
func (in *Ingress) identify(req *http.Request, a *Arrival) (trusted bool) {
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

// forward sends the delivery on and answers what the handler answered; of several the worst. Those that hold it have no say: it is kept
// for them, and where all of them do it is answered 200.
func (in *Ingress) forward(w http.ResponseWriter, d *recorded) {
	s := in.relay.send(in.relay.abort, d)
	in.queue(d, s)
	made := s.made()
	switch {
	case len(made) > 0:
		answer(w, webhook.Deciding(made))
	case s.unsent:
		w.Header().Set("Retry-After", "30")
		refuse(w, http.StatusServiceUnavailable, "listen was stopped before it sent the delivery.")
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// forwardTrusted does the same for a sender that looks the delivery up as soon as it has its answer, and so waits for what is held.
func (in *Ingress) forwardTrusted(ctx context.Context, w http.ResponseWriter, d *recorded) {
	out, err := in.relay.outcome(ctx, d, in.relay.send(in.relay.abort, d))
	in.relay.noteLogError(err)
	d.Status = out.Delivery.Status
	own(w, &d.Delivery)
	if d.Status == webhook.StatusPending {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	answer(w, out.Attempt)
}

// forwardAcked sends a delivery whose sender has its answer.
func (in *Ingress) forwardAcked(d *recorded) {
	defer func() {
		if p := recover(); p != nil {
			in.panicked(d, p)
		}
	}()
	in.queue(d, in.relay.send(in.relay.abort, d))
}

// queue hands the delivery's attempts to the log. From then on the delivery is not pending any more, unless all of it is held.
func (in *Ingress) queue(d *recorded, s sent) {
	if len(s.attempts)+len(s.due) == 0 {
		return
	}
	if err := in.relay.settleSoon(d.ID, s); err != nil {
		in.relay.noteLogError(err)
	}
	if len(s.attempts) > 0 {
		d.Status = s.deciding().Status()
	}
}

// wrongPath tells of a POST to a path that takes no deliveries, once a path.
func (in *Ingress) wrongPath(method, path string) {
	if method != http.MethodPost {
		return
	}
	path = webhook.Truncate(path)
	in.mu.Lock()
	tell := len(in.wrong) < maxWrongPaths && !slices.Contains(in.wrong, path)
	if tell {
		in.wrong = append(in.wrong, path)
	}
	in.mu.Unlock()
	if tell {
		in.relay.o.Notify(Notice{Kind: NoticeWrongPath, At: in.relay.o.Now(), Path: path})
	}
}

// once reports a notice, unless one of its kind was reported before.
func (in *Ingress) once(n Notice) {
	in.mu.Lock()
	known := in.notified[n.Kind]
	in.notified[n.Kind] = true
	in.mu.Unlock()
	if !known {
		n.At = in.relay.o.Now()
		in.relay.o.Notify(n)
	}
}

// own marks an answer for a trusted sender, so that it can tell our own 401 from the handler's and find the delivery.
func own(w http.ResponseWriter, d *webhook.Delivery) {
	w.Header().Set(session.DeliveryHeader, string(d.ID))
	w.Header().Set(session.StatusHeader, string(d.Status))
}

// refuse answers in the program's own words.
func refuse(w http.ResponseWriter, code int, sentence string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(sentence)+1))
	w.WriteHeader(code)
	_, _ = w.Write([]byte(sentence + "\n"))
}

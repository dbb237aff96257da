package emulator

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/hosts"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// api is the documented API, under /v1.
type api struct {
	o       *Options
	jobs    *jobs
	limiter limiter
}

// newHandler returns the handler of everything that an emulator serves.
func newHandler(e *Emulator) http.Handler {
	a := &api{o: e.o, jobs: e.jobs}
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(*http.Request) (any, error){
		"POST /v1/render":        a.render,
		"GET /v1/render/{id}":    a.job,
		"POST /v1/ai/video":      a.video,
		"POST /v1/ai/image":      a.image,
		"GET /v1/wallet/balance": a.balance,
		"PUT /v1/webhooks":       a.putWebhook,
	} {
		mux.Handle(pattern, a.guarded(handle))
	}
	for _, dir := range []string{"renders", "videos", "images"} {
		mux.HandleFunc("GET /"+dir+"/{file}", a.serveFile)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, object(member{"status", "ok"}))
	})
	(&control{e: e}).register(mux)
	return withErrors(mux)
}

// guarded wraps a call of the API with what all calls have: the key, the rate limit, faults, and JSON.
func (a *api) guarded(handle func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.admit(r); err != nil {
			writeError(w, err)
			return
		}
		result, err := handle(r)
		if err != nil {
			writeError(w, err)
			return
		}
		writeJSON(w, http.StatusOK, result)
	})
}

// admit checks the key and the rate limit, and applies faults.
func (a *api) admit(r *http.Request) error {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	switch {
	case !strings.EqualFold(scheme, "Bearer") || key == "":
		return &requestError{http.StatusUnauthorized, "unauthorized", "the header Authorization: Bearer <API key> is missing", ""}
	case a.o.Key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(a.o.Key)) != 1:
		return &requestError{http.StatusUnauthorized, "unauthorized", "the API key is not the one of this emulator", ""}
	}
	if !a.o.Unlimited && !a.limiter.allow(limitOf(r), a.jobs.ledger.clock.Now()) {
		return &requestError{http.StatusTooManyRequests, "rate_limited", "the rate limit is exceeded: 10 requests per minute in the sandbox, 100 in production", ""}
	}
	call := strings.TrimPrefix(r.URL.Path, "/v1")
	if f, ok := a.jobs.faults.find(faultAPISlow, call, call); ok {
		select {
		case <-time.After(f.by):
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
	if f, ok := a.jobs.faults.find(faultAPI, call, call); ok {
		return &requestError{f.Code, "fault", "a fault rule of the emulator", ""}
	}
	return nil
}

// isSandbox reports whether a request is for the sandbox (docs: Sandbox Mode).
func isSandbox(r *http.Request) bool { return strings.EqualFold(r.Header.Get("X-Sandbox"), "true") }

// limitOf returns the rate limit of a request.
func limitOf(r *http.Request) rateLimit {
	if isSandbox(r) {
		return sandboxLimit
	}
	return productionLimit
}

func baseOf(r *http.Request) string { return "http://" + r.Host }

// submitted is the response to a submission.
type submitted struct {
	ID        string `json:"id"`
	Status    Status `json:"status"`
	CreatedAt string `json:"created_at"`
}

func (a *api) render(r *http.Request) (any, error) {
	b, err := readBody(r)
	if err != nil {
		return nil, err
	}
	b.requiredObject("timeline")
	b.requiredObject("output")
	return a.submit(r, b, kindRender)
}

func (a *api) video(r *http.Request) (any, error) {
	b, err := readBody(r)
	if err != nil {
		return nil, err
	}
	b.requiredText("prompt")
	b.text("model")
	b.positive("duration")
	b.text("aspect_ratio")
	b.text("image_url")
	return a.submit(r, b, kindVideo)
}

// submit submits a job, and responds once it is durable.
func (a *api) submit(r *http.Request, b *body, kind jobKind) (any, error) {
	in := submission{kind: kind, sandbox: isSandbox(r), callback: b.address("callback"), base: baseOf(r)}
	if kind == kindRender {
		in.metadata = b.object("metadata")
	}
	if b.err != nil {
		return nil, b.err
	}
	j, err := a.jobs.submit(r.Context(), in)
	if err != nil {
		return nil, err
	}
	return submitted{j.ID, j.Status, j.CreatedAt.Format(time.RFC3339)}, nil
}

// The defaults of an image. They are not documented.
const (
	defaultModel  = "emulated"
	defaultPixels = 1024
)

func (a *api) image(r *http.Request) (any, error) {
	b, err := readBody(r)
	if err != nil {
		return nil, err
	}
	b.requiredText("prompt")
	model := b.text("model")
	width, height := b.size("width", defaultPixels), b.size("height", defaultPixels)
	b.text("style")
	b.text("negative_prompt")
	if b.err != nil {
		return nil, b.err
	}
	if model == "" {
		model = defaultModel
	}
	j, submitErr := a.jobs.submit(r.Context(), submission{kind: kindImage, sandbox: isSandbox(r), base: baseOf(r)})
	if submitErr != nil {
		return nil, submitErr
	}
	return object(
		member{"id", j.ID}, member{"url", j.URL}, member{"model", model}, member{"width", width}, member{"height", height},
		member{"credits_used", int64(j.Price)}, member{"created_at", j.CreatedAt.Format(time.RFC3339)},
	), nil
}

func (a *api) job(r *http.Request) (any, error) {
	j, err := a.jobs.ledger.job(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	if j == nil || j.Kind != kindRender {
		return nil, &requestError{http.StatusNotFound, "not_found", "no render job has this id", ""}
	}
	all := []member{{"id", j.ID}, {"status", string(j.Status)}}
	switch j.Status {
	case StatusComplete:
		all = append(all, member{"url", j.URL})
	case StatusFailed:
		all = append(all, member{"error", j.Error})
	}
	return object(all...), nil
}

func (a *api) balance(*http.Request) (any, error) {
	acct := a.jobs.ledger.snapshot()
	return object(member{"success", true}, member{"data", object(
		member{"balance", acct.Balance.String()}, member{"currency", "USD"}, member{"totalDeposited", acct.Deposited.String()},
	)}), nil
}

func (a *api) putWebhook(r *http.Request) (any, error) {
	b, err := readBody(r)
	if err != nil {
		return nil, err
	}
	h := &hook{URL: b.address("url"), Events: b.events("events"), Secret: b.requiredText("secret")}
	if h.URL == "" {
		b.missing("url")
	}
	if b.err != nil {
		return nil, b.err
	}
	if err := a.jobs.setWebhook(r.Context(), h); err != nil {
		return nil, err
	}
	return object(member{"success", true}), nil // not documented: any 2xx is success
}

// writeError writes the response for an error.
func writeError(w http.ResponseWriter, err error) {
	var e *requestError
	switch {
	case errors.As(err, &e):
	case errors.Is(err, errFunds):
		e = &requestError{http.StatusPaymentRequired, "insufficient_funds", errFunds.Error(), ""}
	default:
		e = &requestError{http.StatusServiceUnavailable, "unavailable", err.Error(), ""}
	}
	writeJSON(w, e.status, map[string]*requestError{"error": e})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"internal","message":"the response cannot be encoded"}}`)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the caller may have left
}

// isLocalHost reports whether a Host header names this machine without a resolver, which the author of a page could control.
func isLocalHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	_, err := netip.ParseAddr(host)
	return err == nil || hosts.IsLocalhost(host)
}

// withErrors turns the text errors of a ServeMux into JSON, and rejects requests of a browser for a page of another site: such a page can
// reach this machine.
func withErrors(mux *http.ServeMux) http.Handler {
	protection := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := protection.Check(r); err != nil || r.Header.Get("Origin") != "" && !isLocalHost(r.Host) {
			writeError(w, &requestError{http.StatusForbidden, "cross_site", "a browser sent this request for a page of another site", ""})
			return
		}
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &statusOnly{header: http.Header{}}
		mux.ServeHTTP(probe, r)
		if allow := probe.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			writeError(w, &requestError{http.StatusMethodNotAllowed, "method_not_allowed", r.Method + " is not supported here", ""})
			return
		}
		writeError(w, &requestError{http.StatusNotFound, "not_found", "nothing is at this path", ""})
	})
}

// statusOnly is a response that is not sent.
type statusOnly struct{ header http.Header }

func (s *statusOnly) Header() http.Header         { return s.header }
func (s *statusOnly) Write(p []byte) (int, error) { return len(p), nil }
func (s *statusOnly) WriteHeader(int)             {}

// secretOf returns the masked secret of the account's webhook.
func secretOf(h *hook) string {
	if h == nil {
		return ""
	}
	return webhook.SecretFrom(h.Secret).String()
}

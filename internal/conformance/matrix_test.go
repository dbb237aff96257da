package conformance

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // of a handler that is wrong
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

// wrong is a handler with one mistake: it responds itself and returns true, or leaves the request to a correct handler.
type wrong func(w http.ResponseWriter, r *http.Request, body []byte) bool

// wrongHandler is a handler with one mistake, and the case that finds it.
type wrongHandler struct {
	id, mistake string
	handler     func() wrong
	listener    func(net.Listener) net.Listener // changes what the server reads; may be nil
}

func bodyOf(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

func minified(body []byte) []byte {
	var b bytes.Buffer
	_ = json.Compact(&b, body)
	return b.Bytes()
}

func header(r *http.Request) string { return r.Header.Get(webhook.SignatureHeader) }

func accepted(w http.ResponseWriter) bool { w.WriteHeader(http.StatusOK); return true }

func refused(w http.ResponseWriter, code int) bool { w.WriteHeader(code); return true }

// acceptsIf also accepts what a correct handler refuses.
func acceptsIf(cond func(r *http.Request, body []byte) bool) func() wrong {
	return func() wrong {
		return func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			return r.Method == http.MethodPost && cond(r, body) && accepted(w)
		}
	}
}

// refusesIf also refuses what a correct handler accepts.
func refusesIf(code int, cond func(r *http.Request, body []byte) bool) func() wrong {
	return func() wrong {
		return func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			return r.Method == http.MethodPost && cond(r, body) && refused(w, code)
		}
	}
}

// hashes is a handler that hashes something else than the body.
func hashes(what func(body []byte) []byte) func() wrong {
	return refusesIf(http.StatusUnauthorized, func(r *http.Request, body []byte) bool {
		return strings.TrimPrefix(header(r), prefix) != sign(secret, what(body))
	})
}

func isSigned(r *http.Request, body []byte) bool {
	return strings.TrimPrefix(header(r), prefix) == sign(secret, body)
}

func dataOf(body []byte) map[string]any {
	var p struct{ Data map[string]any }
	_ = json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &p)
	return p.Data
}

// remembers calls f with the job of each request, and what is known of it, one at a time.
func remembers(f func(known map[string]string, job string, w http.ResponseWriter, r *http.Request, body []byte) bool) func() wrong {
	return func() wrong {
		var mu sync.Mutex
		known := map[string]string{}
		return func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			mu.Lock()
			defer mu.Unlock()
			return f(known, webhook.Describe(body).Job, w, r, body)
		}
	}
}

// beforeBurst is a number of requests that only load.burst exceeds.
const beforeBurst = 120

// wrongHandlers has a handler for every case that is a must or a should, except time.slow, which would take seconds.
func wrongHandlers() []wrongHandler {
	replaceAll := func(old, by string) func([]byte) []byte {
		return func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(old), []byte(by)) }
	}
	return []wrongHandler{
		{id: gateID, mistake: "refuses every signature", handler: refusesIf(401, func(*http.Request, []byte) bool { return true })},
		{id: "sig.bare", mistake: "wants the prefix", handler: refusesIf(401, func(r *http.Request, _ []byte) bool { return len(header(r)) == 64 })},
		{id: "sig.prefixed", mistake: "compares with the bare hex", handler: refusesIf(401, func(r *http.Request, b []byte) bool {
			return strings.HasPrefix(header(r), prefix) && isSigned(r, b)
		})},
		{id: "sig.missing", mistake: "checks a signature only if there is one", handler: acceptsIf(func(r *http.Request, _ []byte) bool {
			return len(r.Header.Values(webhook.SignatureHeader)) == 0
		})},
		{id: "sig.empty", mistake: "takes an empty signature for none", handler: acceptsIf(func(r *http.Request, _ []byte) bool {
			return slices.Equal(r.Header.Values(webhook.SignatureHeader), []string{""})
		})},
		{id: "sig.tampered-body", mistake: "remembers signatures that were correct", handler: remembers(func(known map[string]string, _ string, w http.ResponseWriter, r *http.Request, b []byte) bool {
			if isSigned(r, b) {
				known[header(r)] = "correct"
			}
			return known[header(r)] != "" && json.Valid(b) && accepted(w)
		})},
		{id: "sig.wrong-secret", mistake: "uses an empty key if the secret does not match", handler: acceptsIf(func(r *http.Request, b []byte) bool {
			return strings.TrimPrefix(header(r), prefix) == sign("", b)
		})},
		{id: "sig.truncated", mistake: "compares only as many digits as were sent", handler: acceptsIf(func(r *http.Request, b []byte) bool {
			given := strings.TrimPrefix(header(r), prefix)
			return len(given) >= 8 && json.Valid(b) && strings.HasPrefix(sign(secret, b), given)
		})},
		{id: "sig.prefix-only", mistake: "throws if no digits follow the prefix", handler: refusesIf(500, func(r *http.Request, _ []byte) bool { return header(r) == prefix })},
		{id: "sig.not-hex", mistake: "throws on what is not hex", handler: refusesIf(500, func(r *http.Request, _ []byte) bool {
			_, err := hex.DecodeString(strings.TrimPrefix(strings.TrimPrefix(header(r), "sha1="), prefix))
			return err != nil
		})},
		{id: "sig.other-alg", mistake: "lets the sender choose the algorithm", handler: acceptsIf(func(r *http.Request, b []byte) bool {
			mac := hmac.New(sha1.New, []byte(secret))
			mac.Write(b)
			return header(r) == "sha1="+hex.EncodeToString(mac.Sum(nil))
		})},
		{id: "sig.plain-hash", mistake: "accepts a hash without the secret", handler: acceptsIf(func(r *http.Request, b []byte) bool {
			return strings.TrimPrefix(header(r), prefix) == fmt.Sprintf("%x", sha256.Sum256(b))
		})},
		{id: "sig.stripped-secret", mistake: "also uses the secret without whsec_", handler: acceptsIf(func(r *http.Request, b []byte) bool {
			return strings.TrimPrefix(header(r), prefix) == sign(strings.TrimPrefix(secret, "whsec_"), b)
		})},
		{id: "sig.header-case", mistake: "looks for the header as it is documented", listener: renamesUpperCase},
		{id: "raw.whitespace", mistake: "hashes the body without white space around it", handler: hashes(bytes.TrimSpace)},
		{id: "raw.numbers", mistake: "hashes 1.0 as 1", handler: hashes(replaceAll(":1.0,", ":1,"))},
		{id: "raw.escapes", mistake: `hashes \/ as /`, handler: hashes(replaceAll(`\/`, "/"))},
		{id: "raw.keys", mistake: "hashes keys with event first", handler: hashes(func(b []byte) []byte {
			if bytes.HasPrefix(b, []byte(`{"data"`)) {
				return marshaled(b)
			}
			return b
		})},
		{id: "body.empty", mistake: "crashes without a body", handler: refusesIf(500, func(_ *http.Request, b []byte) bool { return len(b) == 0 })},
		{id: "body.not-json", mistake: "crashes on what is not JSON", handler: refusesIf(500, func(r *http.Request, b []byte) bool {
			return len(b) > 0 && !json.Valid(bytes.TrimPrefix(b, []byte("\ufeff"))) && isSigned(r, b)
		})},
		{id: "body.all-events", mistake: "refuses events that it does not use", handler: refusesIf(400, func(_ *http.Request, b []byte) bool {
			return webhook.Describe(b).Event == webhook.EventWalletDeposit
		})},
		{id: "body.unknown-event", mistake: "refuses events that it does not know", handler: refusesIf(400, func(_ *http.Request, b []byte) bool {
			event := webhook.Describe(b).Event
			return event != "" && !webhook.IsEvent(event)
		})},
		{id: "body.unknown-fields", mistake: "validates strictly", handler: refusesIf(422, func(_ *http.Request, b []byte) bool {
			known := strings.Fields("id status url duration credits_used wallet_balance error width height balance threshold amount metadata")
			for name := range dataOf(b) {
				if !slices.Contains(known, name) {
					return true
				}
			}
			return false
		})},
		{id: "body.missing-optional", mistake: "wants a url in each render.complete", handler: refusesIf(400, func(_ *http.Request, b []byte) bool {
			return webhook.Describe(b).Event == webhook.EventRenderComplete && dataOf(b)["url"] == nil
		})},
		{id: "body.large", mistake: "reads only 100 kB", handler: refusesIf(413, func(_ *http.Request, b []byte) bool { return len(b) > 100_000 })},
		{id: "http.chunked", mistake: "wants a Content-Length", handler: refusesIf(411, func(r *http.Request, _ []byte) bool { return r.ContentLength < 0 })},
		{id: "http.keepalive", mistake: "does not expect a second request on a connection", handler: func() wrong {
			var mu sync.Mutex
			seen := map[string]bool{}
			return func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
				mu.Lock()
				defer mu.Unlock()
				again := seen[r.RemoteAddr]
				seen[r.RemoteAddr] = true
				return again && refused(w, 400)
			}
		}},
		{id: "http.get-head", mistake: "accepts GET", handler: func() wrong {
			return func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
				return r.Method != http.MethodPost && accepted(w)
			}
		}},
		{id: redirectID, mistake: "redirects to the path with a slash", handler: func() wrong {
			return func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
				http.Redirect(w, r, r.URL.Path+"/", http.StatusPermanentRedirect)
				return true
			}
		}},
		{id: "dup.same", mistake: "refuses a delivery that it has processed", handler: remembers(func(known map[string]string, job string, w http.ResponseWriter, r *http.Request, b []byte) bool {
			key := job + webhook.Describe(b).Event
			if !isSigned(r, b) || job == "" {
				return false
			}
			again := known[key] != ""
			known[key] = "processed"
			return again && refused(w, 409)
		})},
		{id: "dup.retry-after-fail", mistake: "marks a delivery as seen before it checks the signature", handler: remembers(func(known map[string]string, job string, w http.ResponseWriter, r *http.Request, b []byte) bool {
			if isSigned(r, b) {
				return known[job] == "failed" && refused(w, 409)
			}
			if job != "" {
				known[job] = "failed"
			}
			return false
		})},
		{id: "order.reversed", mistake: "refuses to queue a job that is complete", handler: remembers(func(known map[string]string, job string, w http.ResponseWriter, _ *http.Request, b []byte) bool {
			event := webhook.Describe(b).Event
			if event == webhook.EventRenderComplete && job != "" {
				known[job] = event
			}
			return event == webhook.EventRenderQueued && known[job] != "" && refused(w, 409)
		})},
		{id: "load.burst", mistake: "has a limit of deliveries per minute", handler: func() wrong {
			var n atomic.Int32 // load.burst runs last
			return func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
				return n.Add(1) > beforeBurst && refused(w, 429)
			}
		}},
		{id: "sec.leak", mistake: "shows the expected signature", handler: func() wrong {
			return func(w http.ResponseWriter, r *http.Request, b []byte) bool {
				if r.Method != http.MethodPost || isSigned(r, b) {
					return false
				}
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = fmt.Fprintf(w, "got %s, want %s", header(r), sign(secret, b))
				return true
			}
		}},
	}
}

// renamesUpperCase hides the signature from the server if its name is written in upper case.
func renamesUpperCase(l net.Listener) net.Listener { return renamingListener{l} }

type renamingListener struct{ net.Listener }

func (l renamingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return renamingConn{c}, err
}

type renamingConn struct{ net.Conn }

func (c renamingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	copy(p[:n], bytes.ReplaceAll(p[:n], []byte("X-VIDIKING-SIGNATURE"), []byte("X-VIDIKING-SOMETHING")))
	return n, err
}

// serveWrong serves a handler with one mistake and returns its address.
func serveWrong(t *testing.T, h wrongHandler) string {
	t.Helper()
	correct := testkit.VerifyEither(secret)
	mistake := wrong(func(http.ResponseWriter, *http.Request, []byte) bool { return false })
	if h.handler != nil {
		mistake = h.handler()
	}
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !mistake(w, r, bodyOf(r)) {
			correct.ServeHTTP(w, r)
		}
	})
	if h.listener == nil {
		return testkit.Serve(t, serve).Addr()
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: serve, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(h.listener(l)) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

// TestEachMistakeFailsOneCase is the proof that no case fails on a handler that is correct as far as the case goes. The golden file is the
// matrix. With Strict, what a handler should do counts as a failure, too.
func TestEachMistakeFailsOneCase(t *testing.T) {
	t.Parallel()
	var matrix strings.Builder
	covered := map[string]bool{}
	all := wrongHandlers()
	reports, errs := make([]Report, len(all)), make([]error, len(all))
	var group sync.WaitGroup
	slots := make(chan struct{}, 4)
	for i, h := range all {
		to := newDirect(t, serveWrong(t, h))
		slots <- struct{}{}
		group.Go(func() {
			o := options()
			o.Strict, o.Skip = true, []string{"time.slow"} // a busy machine is slow
			reports[i], errs[i] = Run(t.Context(), o, to)
			<-slots
		})
	}
	group.Wait()
	for i, h := range all {
		report := reports[i]
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		fmt.Fprintf(&matrix, "a handler that %s\n", h.mistake)
		covered[h.id] = true
		for _, r := range report.Results {
			if r.Verdict == Pass || r.Verdict == Skip {
				continue
			}
			fmt.Fprintf(&matrix, "  %-5s %-21s %s\n", r.Verdict, r.ID, r.Message)
			if r.Weight != Info && (r.ID != h.id || r.Verdict != Fail) {
				t.Errorf("a handler that %s: %s %s: %s; want only %s to fail", h.mistake, r.Verdict, r.ID, r.Message, h.id)
			}
		}
		if i := slices.IndexFunc(report.Results, func(r Result) bool { return r.ID == h.id }); report.Results[i].Verdict != Fail {
			t.Errorf("a handler that %s: %s is %s, want fail", h.mistake, h.id, report.Results[i].Verdict)
		}
	}
	for _, c := range Cases() {
		if c.Weight != Info && c.ID != "time.slow" && !covered[c.ID] {
			t.Errorf("no handler fails %s", c.ID)
		}
	}
	const golden = "testdata/matrix.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(matrix.String()), 0o644); err != nil { // readable by everyone
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), matrix.String()); diff != "" {
		t.Errorf("the matrix is not %s (-want +got); write it: go test ./internal/conformance -update\n%s", golden, diff)
	}
}

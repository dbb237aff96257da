package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // of a handler that is wrong
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// A refusal is a mistake of a handler, and what vidiking finds out about it.
type refusal struct {
	path      string
	code      string // the finding under the row, in show and in reports; empty: none
	diagnosed string // the finding of diagnose, if it is another
	exit      int    // exit code of diagnose
	body      string // empty: a sample event
	host      string
}

const (
	// spacedBody is a body that no program writes again as it is.
	spacedBody = `{"event": "render.complete", "data": {"id":"job_abc123","cost":1.50}}`
	large      = "large"
)

// checks are the handlers that each framework has: they check the signature, with one mistake each.
func checks() []refusal {
	return []refusal{
		{path: "/right"},
		{path: "/bare", code: "signature_refused", diagnosed: "bare_hex_expected"},
		{path: "/written", code: "signature_refused", diagnosed: "reserialized_body", body: spacedBody},
		{path: "/other", code: "signature_refused", diagnosed: "different_secret"},
	}
}

// framework is a web framework, and the mistakes that are typical of it.
type framework struct {
	name     string
	needs    []string
	run      []string
	refusals []refusal
}

// frameworks lists what internal/refusal/testdata/apps serves.
func frameworks() []framework {
	node := func(name, file, module string, refusals ...refusal) framework {
		return framework{
			name: name, needs: []string{"node", "--input-type=module", "-e", "await import('" + module + "')"},
			run: []string{"node", file, "PORT", module}, refusals: append(checks(), refusals...),
		}
	}
	python := func(name, file, modules, mode string, refusals ...refusal) framework {
		return framework{
			name: name, needs: []string{"/usr/bin/python3", "-c", "import " + modules},
			run: []string{"/usr/bin/python3", file, "PORT", mode}, refusals: append(checks(), refusals...),
		}
	}
	ruby := func(name, file, library, mode string, refusals ...refusal) framework {
		return framework{
			name: name, needs: []string{"ruby", "-e", `require "logger"; require "webrick"; require "` + library + `"`},
			run: []string{"ruby", file, "PORT", mode}, refusals: append(checks(), refusals...),
		}
	}
	return []framework{
		node("Express", "express_app.mjs", "express",
			refusal{path: "/newline", code: "signature_refused", diagnosed: "secret_space"},
			refusal{path: "/parsed", code: "body_parsed_first"},
			refusal{path: "/unparsed", code: "body_parsed_first"},
			refusal{path: "/secret", code: "missing_secret"},
			refusal{path: "/length", code: "signature_length"},
			refusal{path: "/limit", code: "body_limit", body: large},
			refusal{path: "/empty", code: "silent_crash", exit: 3},
			refusal{path: "/basic", code: "authentication_required"},
			refusal{path: "/bearer", code: "authentication_required"},
			refusal{path: "/login", code: "login_redirect"},
			refusal{path: "/https", code: "https_redirect"},
			refusal{path: "/page", code: "not_a_handler"},
			refusal{path: "/nowhere", code: "wrong_path"}),
		node("Fastify", "fastify_app.mjs", "fastify",
			refusal{path: "/parsed", code: "body_parsed_first"},
			refusal{path: "/secret", code: "missing_secret"},
			refusal{path: "/length", code: "signature_length"},
			refusal{path: "/schema", code: "validation"},
			refusal{path: "/schema", code: "body_limit", body: large},
			refusal{path: "/nowhere", code: "wrong_path"}),
		prefixed("/api", node("NestJS", "nest_app.mjs", "@nestjs/core",
			refusal{path: "/guarded", code: "route_guard"},
			refusal{path: "/parsed", code: "silent_crash", exit: 3}), refusal{path: "/right", code: "wrong_path"}),
		node("Next.js", "next_app.mjs", "next",
			refusal{path: "/default", code: "method_not_exported"},
			refusal{path: "/get", code: "method_not_exported"},
			refusal{path: "/throws", code: "silent_crash", exit: 3},
			refusal{path: "/nowhere", code: "wrong_path"}),
		{
			name: "Vite", needs: []string{"node", "--input-type=module", "-e", "await import('vite')"}, run: []string{"node", "vite_app.mjs", "PORT"},
			refusals: []refusal{{path: "/hook", code: "host_check", host: "example.test"}, {path: "/hook", code: "wrong_path"}},
		},
		python("Flask", "flask_app.py", "flask", "production",
			refusal{path: "/secret", code: "silent_crash", exit: 3},
			refusal{path: "/slash", code: "trailing_slash"},
			refusal{path: "/get", code: "method_not_exported"},
			refusal{path: "/nowhere", code: "wrong_path"}),
		python("Flask, debug mode", "flask_app.py", "flask", "debug",
			refusal{path: "/secret", code: "missing_secret"},
			refusal{path: "/parsed", code: "body_parsed_first"}),
		python("FastAPI", "fastapi_app.py", "fastapi, uvicorn", "",
			refusal{path: "/model", code: "validation"},
			refusal{path: "/bearer", code: "authentication_required"},
			refusal{path: "/slash", code: "trailing_slash"},
			refusal{path: "/get", code: "method_not_exported"},
			refusal{path: "/nowhere", code: "wrong_path"}),
		python("Django", "django_app.py", "django", "production",
			refusal{path: "/csrf", code: "csrf_protection"},
			refusal{path: "/csrf", code: "host_check", host: "example.test"},
			refusal{path: "/slash", code: "trailing_slash"}),
		python("Django, debug mode", "django_app.py", "django", "debug",
			refusal{path: "/csrf", code: "csrf_protection"},
			refusal{path: "/csrf", code: "host_check", host: "example.test"},
			refusal{path: "/twice", code: "body_read_twice"},
			refusal{path: "/secret", code: "missing_secret"},
			refusal{path: "/slash", code: "trailing_slash"},
			refusal{path: "/login", code: "login_redirect"},
			refusal{path: "/get", code: "method_not_exported"},
			refusal{path: "/nowhere", code: "wrong_path"}),
		ruby("Rails", "rails_app.rb", "action_controller/railtie", "production",
			refusal{path: "/csrf", code: "csrf_protection"},
			refusal{path: "/csrf", code: "host_check", host: "example.test"}),
		ruby("Rails, development", "rails_app.rb", "action_controller/railtie", "development",
			refusal{path: "/csrf", code: "csrf_protection"},
			refusal{path: "/secret", code: "missing_secret"},
			refusal{path: "/nowhere", code: "wrong_path"}),
		ruby("Sinatra", "sinatra_app.rb", "sinatra/base", "production",
			refusal{path: "/secret", code: "silent_crash", exit: 3}),
		{
			name: "PHP", needs: []string{"php", "--version"}, run: []string{"php", "-d", "display_errors=1", "-S", "127.0.0.1:PORT", "router.php"},
			refusals: append(checks(), refusal{path: "/fatal", code: "not_a_handler"}, refusal{path: "/warning", code: "not_a_handler"}),
		},
		{
			name: "nginx", needs: []string{"nginx", "-v"}, run: []string{"nginx", "-p", "DIR", "-c", "nginx.conf"},
			refusals: []refusal{
				{path: "/basic", code: "authentication_required"}, {path: "/down", code: "upstream_unreachable"}, {path: "/denied", code: "access_denied"},
				{path: "/down", code: "body_limit", body: large},
			},
		},
	}
}

// prefixed returns the framework with a prefix for its paths, and further refusals without one.
func prefixed(prefix string, f framework, more ...refusal) framework {
	for i := range f.refusals {
		f.refusals[i].path = prefix + f.refusals[i].path
	}
	f.refusals = append(f.refusals, more...)
	return f
}

// TestRefusalsOfFrameworks runs the whole program against real frameworks, each with the mistakes that are typical of it. With -v it prints the
// table: framework, mistake, finding, and what is printed.
func TestRefusalsOfFrameworks(t *testing.T) {
	if testing.Short() {
		t.Skip("starts every framework that is installed")
	}
	t.Parallel()
	apps := filepath.Join("..", "..", "internal", "refusal", "testdata", "apps")
	for _, f := range frameworks() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			base, _ := testkit.App{
				Dir: apps, Modules: []string{filepath.Join(apps, "node_modules"), filepath.Join("testdata", "handlers", "node_modules")}, Needs: f.needs, Run: f.run,
				Env: []string{"HOOK_SECRET=" + processSecret, "NEXT_TELEMETRY_DISABLED=1", "PYTHONDONTWRITEBYTECODE=1"},
			}.Start(t)
			for _, r := range f.refusals {
				r.check(t, f.name, base)
			}
		})
	}
}

// check sends a delivery to a handler, and compares the findings of show and diagnose.
func (r refusal) check(t *testing.T, name, base string) {
	t.Helper()
	w := newTestHome(t)
	// Next.js compiles a route when it is first requested.
	args := []string{"trigger", "render.complete", "--timeout", "1m", "--to", base + r.path}
	if r.body != "" {
		body := r.body
		if body == large {
			body = `{"event":"render.complete","data":{"id":"` + strings.Repeat("x", 2<<20) + `"}}`
		}
		file := filepath.Join(w.home, "body.json")
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		args = []string{"trigger", "--data", file, "--timeout", "1m", "--to", base + r.path}
	}
	if r.host != "" {
		args = append(args, "-H", "Host: "+r.host)
	}
	if code, stdout, stderr := w.run(t, program(t), args...); code != 0 && code != 3 {
		t.Fatalf("%s %s: trigger: exit code %d:\n%s%s", name, r.path, code, stdout, stderr)
	}
	_, shown, stderr := w.run(t, program(t), "webhooks", "show", "last", "-o", "json")
	found := findingsOf(t, shown, stderr)
	if found.code() != r.code {
		t.Errorf("%s %s: show: got %+v, want %q", name, r.path, found, r.code)
	}
	code, stdout, stderr := w.run(t, program(t), "diagnose", "last", "--yes", "--timeout", "1m", "-o", "json")
	want := r.diagnosed
	if want == "" {
		want = r.code
	}
	diagnosed := findingsOf(t, stdout, stderr)
	if code != r.exit || diagnosed.code() != want {
		t.Errorf("%s %s: diagnose: got exit code %d and %+v, want %d and %q", name, r.path, code, diagnosed, r.exit, want)
	}
	for _, f := range append(found, diagnosed...) {
		if f.Cause == "" || f.Certainty == "" || f.Fix == "" {
			t.Errorf("%s %s: no cause, fix or certainty: %+v", name, r.path, f)
		}
	}
	if len(diagnosed) > 0 {
		t.Logf("| %s | %s | `%s` | %s %s | %d |", name, r.path, want, diagnosed[0].Cause, diagnosed[0].Fix, code)
	}
}

type findings []struct{ Code, Certainty, Cause, Fix string }

func (f findings) code() string {
	if len(f) == 0 {
		return ""
	}
	return f[0].Code
}

// findingsOf reads the findings of the first object in a command's output.
func findingsOf(t *testing.T, stdout, stderr string) findings {
	t.Helper()
	var o struct{ Findings findings }
	if err := json.NewDecoder(strings.NewReader(stdout)).Decode(&o); err != nil {
		t.Fatalf("%v in:\n%s%s", err, stdout, stderr)
	}
	return o.Findings
}

// TestRefusalsOfNetHTTP does the same with handlers of Go's own server.
func TestRefusalsOfNetHTTP(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	serve := func(path string, expected func(body []byte) string) {
		mux.Handle("POST "+path, comparing(webhook.SignatureHeader, expected))
	}
	serve("/right", func(body []byte) string { return "sha256=" + hexDigest(processSecret, body) })
	serve("/bare", func(body []byte) string { return hexDigest(processSecret, body) })
	serve("/other", func(body []byte) string { return "sha256=" + hexDigest("whsec_other", body) })
	serve("/written", func(body []byte) string {
		var v any
		_ = json.Unmarshal(body, &v)
		text, _ := json.Marshal(v)
		return "sha256=" + hexDigest(processSecret, text)
	})
	mux.HandleFunc("GET /get", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/slash/", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/limited", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "http: request body too large", http.StatusRequestEntityTooLarge)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for _, r := range append(checks(),
		refusal{path: "/get", code: "method_not_exported"},
		refusal{path: "/slash", code: "trailing_slash"},
		refusal{path: "/limited", code: "body_limit"},
		refusal{path: "/nowhere", code: "wrong_path"}) {
		r.check(t, "net/http", server.URL)
	}
}

// comparing returns a handler that compares a header with a text.
func comparing(header string, expected func(body []byte) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get(header) != expected(body) {
			http.Error(w, "invalid signature", http.StatusUnauthorized)
		}
	})
}

func hexDigest(key string, body []byte) string {
	return hex.EncodeToString(digest(sha256.New, key, body))
}

func digest(h func() hash.Hash, key string, body []byte) []byte {
	mac := hmac.New(h, []byte(key))
	_, _ = mac.Write(body)
	return mac.Sum(nil)
}

// TestDiagnoseOfWrongHandlers runs the whole program against the handlers that users write wrong, and against handlers that prove nothing.
func TestDiagnoseOfWrongHandlers(t *testing.T) {
	if testing.Short() {
		t.Skip("package conformance tests the same handlers without processes")
	}
	t.Parallel()
	const own, prefix = webhook.SignatureHeader, "sha256="
	refused := "signature_refused"
	bare := strings.TrimPrefix(processSecret, "whsec_")
	decoded := func(body []byte) string {
		key, _ := base64.RawURLEncoding.DecodeString(bare)
		return prefix + hexDigest(string(key), body)
	}
	responding := func(next func(n int) (code int, text string)) http.Handler {
		var mu sync.Mutex
		n := 0
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			n++
			code, text := next(n)
			mu.Unlock()
			http.Error(w, text, code)
		})
	}
	always := func(code int, text string) http.Handler {
		return responding(func(int) (int, string) { return code, text })
	}
	for _, h := range []struct {
		refusal
		handler http.Handler
	}{
		{refusal{path: "/bare", code: refused, diagnosed: "bare_hex_expected"}, comparing(own, func(b []byte) string { return hexDigest(processSecret, b) })},
		{refusal{path: "/re-serialized", code: refused, diagnosed: "reserialized_body", body: spacedBody}, comparing(own, func(b []byte) string {
			text, _ := jsontext.Stringify(b)
			return prefix + hexDigest(processSecret, text)
		})},
		{refusal{path: "/different-secret", code: refused, diagnosed: "different_secret"}, comparing(own, func(b []byte) string { return prefix + hexDigest("whsec_other", b) })},
		{refusal{path: "/newline", code: refused, diagnosed: "secret_space"}, comparing(own, func(b []byte) string { return prefix + hexDigest(processSecret+"\n", b) })},
		{refusal{path: "/stripped", code: refused, diagnosed: "secret_without_prefix"}, comparing(own, func(b []byte) string { return prefix + hexDigest(bare, b) })},
		{refusal{path: "/base64-key", code: refused, diagnosed: "secret_decoded"}, comparing(own, decoded)},
		{refusal{path: "/base64", code: refused, diagnosed: "header_base64"}, comparing(own, func(b []byte) string {
			return base64.StdEncoding.EncodeToString(digest(sha256.New, processSecret, b))
		})},
		{refusal{path: "/sha1", code: refused, diagnosed: "algorithm"}, comparing(own, func(b []byte) string {
			return "sha1=" + hex.EncodeToString(digest(sha1.New, processSecret, b))
		})},
		{refusal{path: "/upper-case", code: refused, diagnosed: "header_upper_case"}, comparing(own, func(b []byte) string { return strings.ToUpper(hexDigest(processSecret, b)) })},
		{refusal{path: "/other-header", code: refused, diagnosed: "header_other"}, comparing("X-Hub-Signature-256", func(b []byte) string { return prefix + hexDigest(processSecret, b) })},
		{refusal{path: "/indented", code: refused, diagnosed: "reserialized_body"}, comparing(own, func(b []byte) string {
			var text bytes.Buffer
			_ = json.Indent(&text, b, "", "  ")
			return prefix + hexDigest(processSecret, text.Bytes())
		})},
		{refusal{path: "/csrf", code: "csrf_protection"}, always(http.StatusForbidden, "CSRF verification failed. Request aborted.")},
		{refusal{path: "/host", code: "host_check"}, always(http.StatusBadRequest, "Invalid host header")},

		{refusal{path: "/right"}, comparing(own, func(b []byte) string { return prefix + hexDigest(processSecret, b) })},
		{refusal{path: "/accepts-everything", diagnosed: "signature_not_checked"}, always(http.StatusOK, "ok")},
		{refusal{path: "/fails", code: "silent_crash", exit: 3}, always(http.StatusInternalServerError, "")},
		{refusal{path: "/fails-with-words", exit: 3}, always(http.StatusInternalServerError, "connection to redis refused")},
		{refusal{path: "/limits", code: refused, diagnosed: "rate_limited", exit: 3}, responding(func(n int) (int, string) {
			if n > 4 {
				return http.StatusTooManyRequests, "Too many requests"
			}
			return http.StatusUnauthorized, "invalid signature"
		})},
		{refusal{path: "/takes-turns", code: refused, diagnosed: "inconsistent", exit: 3}, responding(func(n int) (int, string) {
			if n%3 == 0 {
				return http.StatusOK, "ok"
			}
			return http.StatusUnauthorized, "invalid signature"
		})},
		{refusal{path: "/forbidden", code: refused, diagnosed: "different_secret", exit: 3}, always(http.StatusForbidden, "")},
	} {
		t.Run(h.path[1:], func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(h.handler)
			t.Cleanup(server.Close)
			h.check(t, "net/http", server.URL)
		})
	}
}

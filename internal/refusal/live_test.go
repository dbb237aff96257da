package refusal

import (
	"bufio"
	"bytes"
	"flag"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var update = flag.Bool("update", false, "capture the responses again, from the frameworks that are installed")

// maxCapture is the size of a captured body. Error pages say everything in their first part.
const maxCapture = 16 << 10

// An app is a program in testdata/apps that makes the mistakes of handlers with one framework.
type app struct {
	name  string   // prefix of its captures
	needs []string // a command that succeeds if the framework is installed
	run   []string // APP is the directory, PORT the port

	probes []probe
}

// A probe is one delivery to an app, and the code of the finding.
type probe struct {
	path string
	code string
	body string // empty: a payload
	host string
}

const payload = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_1"}}`

// large is a payload above every limit of the apps.
var large = `{"event":"render.complete","data":{"id":"` + strings.Repeat("x", 2<<20) + `"}}`

const pythonWith = "import sys; sys.path = [p for p in sys.path]; import "

// apps lists the frameworks, with the mistakes that each answers in its own way.
func apps() []app {
	node := func(name, file string, module string, args []string, probes ...probe) app {
		return app{
			name: name, needs: []string{"node", "--input-type=module", "-e", "await import('" + module + "')"},
			run: append([]string{"node", file, "PORT"}, args...), probes: probes,
		}
	}
	python := func(name, file, module string, args []string, probes ...probe) app {
		return app{
			name: name, needs: []string{"/usr/bin/python3", "-c", pythonWith + module},
			run: append([]string{"/usr/bin/python3", file, "PORT"}, args...), probes: probes,
		}
	}
	ruby := func(name, file, library string, args []string, probes ...probe) app {
		return app{
			name: name, needs: []string{"ruby", "-e", `require "logger"; require "webrick"; require "` + library + `"`},
			run: append([]string{"ruby", file, "PORT"}, args...), probes: probes,
		}
	}
	express := []probe{
		{path: "/parsed", code: CodeBodyParsedFirst},
		{path: "/unparsed", code: CodeBodyParsedFirst},
		{path: "/secret", code: CodeMissingSecret},
		{path: "/length", code: CodeSignatureLength},
		{path: "/limit", code: CodeBodyLimit, body: large},
		{path: "/empty", code: CodeSilentCrash},
		{path: "/basic", code: CodeAuthentication},
		{path: "/bearer", code: CodeAuthentication},
		{path: "/signature", code: CodeSignatureRefused},
		{path: "/https", code: CodeHTTPSRedirect},
		{path: "/login", code: CodeLoginRedirect},
		{path: "/page", code: CodeNotAHandler},
		{path: "/nowhere", code: CodeWrongPath},
	}
	return []app{
		python("django_debug", "django_app.py", "django", []string{"debug"},
			probe{path: "/csrf", code: CodeCSRF},
			probe{path: "/twice", code: CodeBodyReadTwice},
			probe{path: "/secret", code: CodeMissingSecret},
			probe{path: "/slash", code: CodeTrailingSlash},
			probe{path: "/login", code: CodeLoginRedirect},
			probe{path: "/get", code: CodeMethod},
			probe{path: "/nowhere", code: CodeWrongPath},
			probe{path: "/csrf", host: "example.test", code: CodeHostCheck}),
		python("django", "django_app.py", "django", []string{"production"},
			probe{path: "/csrf", code: CodeCSRF},
			probe{path: "/twice", code: CodeSilentCrash},
			probe{path: "/slash", code: CodeTrailingSlash},
			probe{path: "/csrf", host: "example.test", code: CodeHostCheck}),
		python("django_https", "django_app.py", "django", []string{"https"}, probe{path: "/get", code: CodeHTTPSRedirect}),
		python("flask", "flask_app.py", "flask", []string{"production"},
			probe{path: "/abort", code: CodeSignatureRefused},
			probe{path: "/secret", code: CodeSilentCrash},
			probe{path: "/slash", code: CodeTrailingSlash},
			probe{path: "/get", code: CodeMethod},
			probe{path: "/nowhere", code: CodeWrongPath}),
		python("flask_debug", "flask_app.py", "flask", []string{"debug"},
			probe{path: "/secret", code: CodeMissingSecret},
			probe{path: "/none", code: CodeMissingSecret},
			probe{path: "/parsed", code: CodeBodyParsedFirst},
			probe{path: "/json", body: "no JSON", code: CodeValidation},
			probe{path: "/slash", code: CodeTrailingSlash}),
		python("fastapi", "fastapi_app.py", "fastapi, uvicorn", nil,
			probe{path: "/model", code: CodeValidation},
			probe{path: "/bearer", code: CodeAuthentication},
			probe{path: "/basic", code: CodeAuthentication},
			probe{path: "/signature", code: CodeSignatureRefused},
			probe{path: "/secret", code: CodeSilentCrash},
			probe{path: "/slash", code: CodeTrailingSlash},
			probe{path: "/get", code: CodeMethod},
			probe{path: "/nowhere", code: CodeWrongPath}),
		ruby("rails_development", "rails_app.rb", "action_controller/railtie", []string{"development"},
			probe{path: "/csrf", code: CodeCSRF},
			probe{path: "/secret", code: CodeMissingSecret},
			probe{path: "/nowhere", code: CodeWrongPath},
			probe{path: "/csrf", host: "example.test", code: CodeHostCheck}),
		ruby("rails", "rails_app.rb", "action_controller/railtie", []string{"production"},
			probe{path: "/csrf", code: CodeCSRF},
			probe{path: "/head", code: CodeSignatureRefused},
			probe{path: "/csrf", host: "example.test", code: CodeHostCheck}),
		ruby("rails_https", "rails_app.rb", "action_controller/railtie", []string{"https"}, probe{path: "/csrf", code: CodeHTTPSRedirect}),
		ruby("sinatra_development", "sinatra_app.rb", "sinatra/base", []string{"development"},
			probe{path: "/secret", code: CodeMissingSecret},
			probe{path: "/none", code: CodeMissingSecret},
			probe{path: "/nowhere", code: CodeWrongPath}),
		ruby("sinatra", "sinatra_app.rb", "sinatra/base", []string{"production"},
			probe{path: "/secret", code: CodeSilentCrash},
			probe{path: "/token/halt", code: CodeSignatureRefused},
			probe{path: "/halt", code: CodeSignatureRefused}),
		{
			name: "php", needs: []string{"php", "--version"},
			run: []string{"php", "-d", "display_errors=1", "-S", "127.0.0.1:PORT", "router.php"},
			probes: []probe{
				{path: "/fatal", code: CodeNotAHandler},
				{path: "/warning", code: CodeNotAHandler},
				{path: "/signature", code: CodeSignatureRefused},
			},
		},
		node("express", "express_app.mjs", "express", []string{"express"}, express...),
		node("express4", "express_app.mjs", "express4", []string{"express4"}, express[:5]...),
		node("fastify", "fastify_app.mjs", "fastify", nil,
			probe{path: "/parsed", code: CodeBodyParsedFirst},
			probe{path: "/secret", code: CodeMissingSecret},
			probe{path: "/length", code: CodeSignatureLength},
			probe{path: "/schema", code: CodeValidation},
			probe{path: "/schema", body: large, code: CodeBodyLimit},
			probe{path: "/nowhere", code: CodeWrongPath}),
		node("nest", "nest_app.mjs", "@nestjs/core", nil,
			probe{path: "/api/guarded", code: CodeRouteGuard},
			probe{path: "/api/unauthorized", code: CodeSignatureRefused},
			probe{path: "/api/parsed", code: CodeSilentCrash},
			probe{path: "/guarded", code: CodeWrongPath}),
		node("next", "next_app.mjs", "next", nil,
			probe{path: "/default", code: CodeMethod},
			probe{path: "/get", code: CodeMethod},
			probe{path: "/throws", code: CodeSilentCrash},
			probe{path: "/nowhere", code: CodeWrongPath}),
		node("vite", "vite_app.mjs", "vite", nil,
			probe{path: "/hook", host: "example.test", code: CodeHostCheck},
			probe{path: "/hook", code: CodeWrongPath}),
		{
			name: "nginx", needs: []string{"nginx", "-v"}, run: []string{"nginx", "-p", "DIR", "-c", "nginx.conf"},
			probes: []probe{
				{path: "/basic", code: CodeAuthentication},
				{path: "/https", code: CodeHTTPSRedirect},
				{path: "/down", code: CodeUpstream},
				{path: "/static", code: CodeMethod},
				{path: "/denied", code: CodeAccessDenied},
				{path: "/down", body: large, code: CodeBodyLimit},
			},
		},
	}
}

// TestFrameworksAnswerAsCaptured sends the same mistakes to the real frameworks. It skips those that are not installed:
//
//	apt-get install python3-django python3-flask python3-fastapi python3-uvicorn ruby-railties ruby-actionpack ruby-sinatra ruby-webrick php-cli nginx-light
//	npm install --prefix internal/refusal/testdata/apps express@5 express4@npm:express@4 fastify@5 @nestjs/common@11 @nestjs/core@11
//	  @nestjs/platform-express@11 reflect-metadata rxjs next@15 react@19 react-dom@19 vite@7
func TestFrameworksAnswerAsCaptured(t *testing.T) {
	if testing.Short() && !*update {
		t.Skip("starts every framework; the captures are tested without")
	}
	for _, a := range apps() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			base, dir := testkit.App{
				Dir: filepath.Join("testdata", "apps"), Modules: []string{filepath.Join("testdata", "apps", "node_modules")}, Needs: a.needs, Run: a.run,
				Env: []string{"NEXT_TELEMETRY_DISABLED=1", "PYTHONDONTWRITEBYTECODE=1"},
			}.Start(t)
			for i, p := range a.probes {
				got := send(t, base, p)
				if *update {
					writeCapture(t, a.capture(i), scrub(got, base, dir))
				}
				if found, _ := Identify(read(t, got, base+p.path)); found.Code != p.code {
					t.Errorf("%s %s%s: got %q, want %q, in:\n%s", a.name, p.host, p.path, found.Code, p.code, firstBytes(got))
				}
			}
		})
	}
}

// TestNetHTTPAnswersAsCaptured does the same with Go's own server.
func TestNetHTTPAnswersAsCaptured(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /get", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/slash/", func(http.ResponseWriter, *http.Request) {})
	plain, encrypted := httptest.NewServer(mux), httptest.NewUnstartedServer(mux)
	encrypted.Config.ErrorLog = log.New(io.Discard, "", 0)
	encrypted.StartTLS()
	defer plain.Close()
	defer encrypted.Close()
	for _, tc := range []struct{ name, base, path, code string }{
		{"go_nowhere.http", plain.URL, "/nowhere", CodeWrongPath},
		{"go_get.http", plain.URL, "/get", CodeMethod},
		{"go_slash.http", plain.URL, "/slash", CodeTrailingSlash},
		{"go_tls.http", strings.Replace(encrypted.URL, "https:", "http:", 1), "/get", CodeSchemeMismatch},
	} {
		got := send(t, tc.base, probe{path: tc.path})
		if *update {
			writeCapture(t, filepath.Join("testdata", "responses", tc.name), scrub(got, tc.base, "/nowhere"))
		}
		if found, _ := Identify(read(t, got, tc.base+tc.path)); found.Code != tc.code {
			t.Errorf("%s: got %q, want %q, in:\n%s", tc.name, found.Code, tc.code, firstBytes(got))
		}
	}
}

// capture is the file with the response to a probe.
func (a app) capture(i int) string {
	name := a.name + strings.ReplaceAll(a.probes[i].path, "/", "_")
	if a.probes[i].host != "" {
		name += "_host"
	}
	if a.probes[i].body != "" {
		name += "_body"
	}
	return filepath.Join("testdata", "responses", name+".http")
}

// send sends one delivery and returns the response as it was written.
func send(t *testing.T, base string, p probe) []byte {
	t.Helper()
	body := p.body
	if body == "" {
		body = payload
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+p.path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = p.host
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Vidiking-Signature", "sha256="+strings.Repeat("0", 64))
	resp, err := (&http.Transport{DisableKeepAlives: true, DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	kept, err := io.ReadAll(io.LimitReader(resp.Body, maxCapture))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body, resp.ContentLength, resp.TransferEncoding = io.NopCloser(bytes.NewReader(kept)), int64(len(kept)), nil
	resp.Header.Del("Content-Length")
	dump, err := httputil.DumpResponse(resp, true)
	if err != nil {
		t.Fatal(err)
	}
	return dump
}

func writeCapture(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func firstBytes(b []byte) []byte { return b[:min(len(b), 3000)] }

// scrub replaces what differs from run to run.
func scrub(response []byte, base, dir string) []byte {
	_, address, _ := strings.Cut(base, "://")
	source, _ := filepath.Abs(filepath.Join("testdata", "apps")) // Node names a module by its real path
	text := strings.NewReplacer(address, "127.0.0.1:3000", dir, "/srv/app", source, "/srv/app").Replace(string(response))
	text = regexp.MustCompile(`(?m)^(Date|Last-Modified|Set-Cookie|X-Request-Id|Etag):.*\r\n`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`SECRET = "\w+"`).ReplaceAllString(text, `SECRET = ""`) // of Werkzeug's debugger
	return []byte(regexp.MustCompile(`(?m)^Content-Length:.*\r\n`).ReplaceAllString(text, ""))
}

func read(t *testing.T, dump []byte, url string) Response {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(dump)), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return NewResponse(webhook.Attempt{Target: url, Code: resp.StatusCode, Header: webhook.HeaderFrom("", resp.Header), Response: body})
}

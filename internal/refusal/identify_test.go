package refusal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const target = "http://127.0.0.1:3000"

func TestIdentifyFindsTheCauseInEveryCapturedResponse(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, a := range apps() {
		for i, p := range a.probes {
			name := a.capture(i)
			tested[filepath.Base(name)] = true
			if found, _ := Identify(captured(t, filepath.Base(name), p.path)); found.Code != p.code {
				t.Errorf("%s: got %q, want %q", name, found.Code, p.code)
			}
		}
	}
	files, err := os.ReadDir(filepath.Join("testdata", "responses"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !tested[f.Name()] && !strings.HasPrefix(f.Name(), "go_") && f.Name() != "nginx_tls.http" {
			t.Errorf("testdata/responses/%s belongs to no probe", f.Name())
		}
	}
}

// captured reads a captured response to a request for a path.
func captured(t *testing.T, name, path string) Response {
	t.Helper()
	dump, err := os.ReadFile(filepath.Join("testdata", "responses", name))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, dump, target+path)
}

// pathOf returns the requested path of a capture.
func pathOf(name string) string {
	for _, a := range apps() {
		for i, p := range a.probes {
			if filepath.Base(a.capture(i)) == name {
				return p.path
			}
		}
	}
	return "/webhooks/vidiking"
}

func TestEachFingerprintHasACaptureThatItMatchesOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	for i, p := range Fingerprints() {
		switch {
		case p.Cause == "" || p.Fix == "" || p.Code == "" || p.Certainty == "":
			t.Errorf("fingerprint %d (%s) lacks its cause, fix, code or certainty", i, p.Code)
		case strings.HasPrefix(p.Source, "not captured: "), strings.HasPrefix(p.Source, "written by hand: "):
		default:
			r := captured(t, p.Source, pathOf(p.Source))
			first := slices.IndexFunc(Fingerprints(), func(p Fingerprint) bool { return p.matches(r) })
			if first != i {
				t.Errorf("fingerprint %d (%s %s): %s matches fingerprint %d instead", i, p.Framework, p.Code, p.Source, first)
			}
		}
	}
}

// response is a response as a handler writes it.
func response(code int, body string, header ...string) webhook.Attempt {
	a := webhook.Attempt{Target: target + "/webhooks/vidiking", Code: code, Response: []byte(body)}
	for i := 0; i+1 < len(header); i += 2 {
		a.Header = append(a.Header, webhook.Field{Name: header[i], Value: header[i+1]})
	}
	return a
}

func failed(f webhook.Failure, code int, to string) webhook.Attempt {
	return webhook.Attempt{Target: to, Code: code, Failure: f}
}

func TestIdentifyKnowsWhatIsNotCaptured(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		a    webhook.Attempt
		code string
	}{
		{"Laravel's page", response(419, "<!DOCTYPE html><title>Page Expired</title>", "Content-Type", "text/html"), CodeCSRF},
		{"csurf", response(403, "ForbiddenError: invalid csrf token"), CodeCSRF},
		{"net/http's CrossOriginProtection", response(403, "cross-origin request detected from Sec-Fetch-Site header\n"), CodeCSRF},
		{"Starlette's host check", response(400, "Invalid host header"), CodeHostCheck},
		{"Rails' page of production", response(422, "<html><title>The change you wanted was rejected (422)</title><body><h1>The change you wanted was rejected.</h1>", "Content-Type", "text/html"), CodeCSRF},
		{"webpack's host check, which responds 200", response(200, "Invalid Host header"), CodeHostCheck},
		{"Spring's CSRF protection", response(403, `{"timestamp":"2026-03-02T13:02:31.000+00:00","status":403,"error":"Forbidden","path":"/webhooks/vidiking"}`, "Content-Type", "application/json"), CodeCSRF},
		{"API Gateway's 403", response(403, `{"message":"Missing Authentication Token"}`), CodeWrongPath},
		{"Laravel's 401", response(401, `{"message":"Unauthenticated."}`), CodeAuthentication},
		{"Devise's 401", response(401, `{"error":"You need to sign in or sign up before continuing."}`), CodeAuthentication},
		{"a proxy without an app", response(502, ""), CodeUpstream},
		{"Traefik's 502", response(502, "Bad Gateway"), CodeUpstream},
		{"webpack's proxy", response(504, "Proxy error: Could not proxy request /hook from localhost:3000 to http://localhost:5000 (ECONNREFUSED)."), CodeUpstream},
		{"maintenance", response(503, "Service Unavailable"), ""},
		{"Stripe's words", response(400, "Webhook Error: No signatures found matching the expected signature for payload"), CodeSignatureRefused},
		{"a signature refused with 500", response(500, `{"error":"Invalid signature"}`), CodeSignatureRefused},
		{"a signature refused with 422", response(422, `{"error":"invalid signature"}`), CodeSignatureRefused},
		{"a missing signature", response(401, `{"error":"Missing X-Vidiking-Signature header"}`), CodeSignatureRefused},
		{"a signature refused with WWW-Authenticate", response(401, "Invalid signature", "WWW-Authenticate", "Signature"), CodeSignatureRefused},
		{"no reason", response(401, ""), CodeSignatureRefused},
		{"too many requests", response(429, "Too many requests, please try again later."), CodeRateLimit},
		{"no reason in JSON", response(403, `{"success":false,"error":"Forbidden"}`), CodeSignatureRefused},
		{"a reason that is another", response(403, `{"error":"your quota is used up"}`), ""},
		{"a reason with 500", response(500, `{"error":"connection to redis refused"}`), ""},
		{"a secret that a handler misses", response(500, "VIDIKING_WEBHOOK_SECRET is not set"), CodeMissingSecret},
		{"a JWT that is missing", response(401, `{"message":"jwt must be provided"}`), CodeAuthentication},
		{"a redirect elsewhere", response(302, "", "Location", "/other"), CodeRedirect},
		{"a redirect without a place", response(302, ""), ""},
		{"to a login page elsewhere", response(302, "", "Location", "https://sso.example/sign-in?token=a"), CodeLoginRedirect},
		{"https at another port", response(308, "", "Location", "https://127.0.0.1:3443/webhooks/vidiking"), CodeHTTPSRedirect},
		{"a slash and https", response(301, "", "Location", "/webhooks/vidiking/"), CodeTrailingSlash},
		{"415", response(415, "Unsupported Media Type"), CodeValidation},
		{"413", response(413, ""), CodeBodyLimit},
		{"an accepted delivery", response(200, `{"received":true}`), ""},
		{"an accepted delivery with a page", response(200, "<html><p>thank you</p></html>", "Content-Type", "text/html"), ""},
		{"an accepted delivery with the word warning", response(200, "Warning: nothing to do"), ""},
		{"a body without an end", failed(webhook.FailureTimeout, 200, target), CodeNotEnded},
		{"no response in time", failed(webhook.FailureTimeout, 0, target), ""},
		{"a body that is cut short", failed(webhook.FailureReset, 200, target), CodeCutShort},
		{"http to a TLS port", failed(webhook.FailureNeedsTLS, 0, target), CodeSchemeMismatch},
		{"https to a plain port", failed(webhook.FailurePlainHTTP, 0, "https://127.0.0.1:3000"), CodeSchemeMismatch},
		{"a target that is no URL", response(404, ""), CodeWrongPath},
	} {
		found, ok := Identify(NewResponse(tc.a))
		if found.Code != tc.code || ok != (tc.code != "") {
			t.Errorf("%s: got %q, %t, want %q", tc.name, found.Code, ok, tc.code)
		}
	}
}

func TestA404OfTheHandlerItselfIsOnlyPossiblyAWrongPath(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]webhook.Certainty{
		"":                                    webhook.Likely,
		"404 page not found\n":                webhook.Likely,
		`{"error":"Not Found"}`:               webhook.Likely,
		`{"message":"No such route"}`:         webhook.Likely,
		"Cannot POST /webhooks/vidiking":      webhook.Likely,
		`{"error":"job job_1 was not found"}`: webhook.Possible,
		"unknown customer":                    webhook.Possible,
	} {
		if found, _ := Identify(NewResponse(response(404, body))); found.Code != CodeWrongPath || found.Certainty != want {
			t.Errorf("%s: got %+v, want %s", body, found, want)
		}
	}
	for body, want := range map[string]webhook.Certainty{"": webhook.Possible, `{"error":"data.url is required"}`: webhook.Likely} {
		if found, _ := Identify(NewResponse(response(422, body))); found.Code != CodeValidation || found.Certainty != want {
			t.Errorf("422 %s: got %+v, want %s", body, found, want)
		}
	}
}

func TestFrameworkIsKnownByItsResponses(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"django": Django, "flask": Flask, "fastapi": FastAPI, "rails_development": Rails, "sinatra_development": Sinatra, "php": PHP,
		"express": Express, "fastify": Fastify, "nest": NestJS, "next": Next, "nginx": Nginx,
	}
	for _, a := range apps() {
		for i, p := range a.probes {
			if got := Framework(captured(t, filepath.Base(a.capture(i)), p.path)); want[a.name] != "" && got != want[a.name] {
				t.Errorf("%s: got %q, want %q", a.capture(i), got, want[a.name])
			}
		}
	}
}

func TestFindingNamesPathHostAndTarget(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		r          Response
		want, here string
	}{
		{captured(t, "vite_hook_host.http", "/hook"), "host example.test", "vite.config.js"},
		{captured(t, "django_debug_csrf_host.http", "/csrf"), "host example.test", `Add "example.test" to ALLOWED_HOSTS`},
		{captured(t, "rails_development_csrf_host.http", "/csrf"), "host example.test", `config.hosts << "example.test"`},
		{captured(t, "django_slash.http", "/slash"), "same path", target + "/slash/"},
		{captured(t, "django_debug_login.http", "/login"), "login page, /accounts/login/:", "Exempt /login"},
		{captured(t, "go_tls.http", "/get"), "only TLS", "https://127.0.0.1:3000."},
		{NewResponse(failed(webhook.FailurePlainHTTP, 0, "https://localhost:3000/a?b")), "plain HTTP", "http://localhost:3000."},
	} {
		f, _ := Identify(tc.r)
		if !strings.Contains(f.Cause, tc.want) || !strings.Contains(f.Fix, tc.here) {
			t.Errorf("got %q and %q, want %q and %q", f.Cause, f.Fix, tc.want, tc.here)
		}
	}
}

func TestAFindingSaysHowMuchOfTheResponseArrived(t *testing.T) {
	t.Parallel()
	cut := failed(webhook.FailureReset, 200, target)
	cut.ResponseBytes = 2
	f, _ := Identify(NewResponse(cut))
	if want := "responded 200, and its response broke off after 2 bytes."; !strings.Contains(f.Cause, want) {
		t.Errorf("got %q, want %q", f.Cause, want)
	}
	cut.Header = webhook.Header{{Name: "Content-Length", Value: "200"}}
	f, _ = Identify(NewResponse(cut))
	if want := "broke off after 2 of 200 bytes."; !strings.Contains(f.Cause, want) {
		t.Errorf("got %q, want %q", f.Cause, want)
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add(401, "Location", "/a/", []byte("<p>signature</p>"), target)
	f.Add(302, "Location", "http://[::1", []byte(`{"detail":`), "http://[::1")
	f.Fuzz(func(t *testing.T, code int, name, value string, body []byte, to string) {
		r := NewResponse(webhook.Attempt{Target: to, Code: code, Header: webhook.Header{{Name: name, Value: value}}, Response: body})
		if found, ok := Identify(r); ok && found.Code == "" {
			t.Errorf("a finding without a code: %+v", found)
		}
		Framework(r)
	})
}

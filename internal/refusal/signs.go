package refusal

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Framework returns the framework or server whose response it is, as far as the response shows it. The framework that
// runs the handler comes before a server in front of it.
func Framework(r Response) string {
	powered, server := r.header("X-Powered-By"), r.header("Server")
	switch {
	case strings.Contains(powered, "next.js"), strings.Contains(r.header("Vary"), "next-router-state-tree"):
		return Next
	case strings.Contains(powered, "express"):
		if strings.Contains(r.text, `"statuscode":`) {
			return NestJS
		}
		return Express
	case r.mentions("fst_err_", `{"message":"route post:`), strings.HasPrefix(r.text, `{"statuscode":`) && r.mentions(`"error":"internal server error"`):
		return Fastify
	case r.mentions("vite.config"):
		return Vite
	case r.mentions("csrf verification failed", "django version:", "django tried these url patterns"), strings.Contains(server, "wsgiserver"):
		return Django
	case strings.Contains(server, "werkzeug"):
		return Flask
	case strings.Contains(server, "uvicorn"), strings.HasPrefix(r.text, `{"detail":`):
		return FastAPI
	case strings.Contains(r.body, "__sinatra__"):
		return Sinatra
	case r.header("X-Runtime") != "", r.mentions("action controller: exception caught", "rails.root"):
		return Rails
	case strings.Contains(r.header("Set-Cookie"), "laravel_session"), r.attempt.Code == 419:
		return Laravel
	case strings.Contains(powered, "php"):
		return PHP
	case slices.Contains([]string{"404 page not found", "method not allowed"}, r.text) && r.header("X-Content-Type-Options") == "nosniff":
		return Go
	case strings.Contains(server, "nginx"):
		return Nginx
	}
	return ""
}

// isFromProxy reports whether a proxy says that the app behind it does not respond.
func isFromProxy(r Response) bool {
	if r.begins("proxy error", "could not proxy request", "no server is available to handle this request") {
		return true
	}
	stock := Response{text: strings.NewReplacer("bad gateway", " ", "gateway timeout", " ", "gateway time-out", " ").Replace(r.text)}
	return r.hasCode(502, 504) && stock.givesNoReason()
}

// isRack reports whether a Ruby server answered.
func isRack(r Response) bool {
	server := r.header("Server")
	return strings.Contains(server, "webrick") || strings.Contains(server, "puma")
}

// isPHPMessage reports whether PHP put a message of a kind into the response: "Warning:  text in file.php on line 9".
func isPHPMessage(r Response, kinds ...string) bool {
	return slices.ContainsFunc(kinds, func(kind string) bool {
		_, after, found := strings.Cut(r.text, kind+": ")
		return found && strings.Contains(after, " on line ") && strings.Contains(after, " in ")
	})
}

// isAppShell reports whether the response is the page of a single-page app, which loads everything by a script.
func isAppShell(r Response) bool {
	if !strings.Contains(r.body, "<script") {
		return false
	}
	return slices.ContainsFunc([]string{`id="root"`, `id="app"`, `id="__next"`, `id="__nuxt"`, "id=root", "id=app", "<app-root", `id="svelte"`, "/@vite/client"},
		func(sign string) bool { return strings.Contains(r.body, sign) })
}

// asksForLogin reports whether the response asks for credentials, rather than for a signature.
func asksForLogin(r Response) bool {
	return !isAboutSignature(r) && r.begins("bearer token", "missing token", "no token provided", "no auth token", "access token", "authentication required", "authentication credentials", "not authenticated", "unauthenticated", "missing authentication", "login required", "log in", "sign in", "api key", "apikey", "jwt", "missing authorization", "authorization header")
}

// isNodeKeyMissing reports whether Node complains that the key of an HMAC is undefined or null.
func isNodeKeyMissing(r Response) bool {
	_, after, found := strings.Cut(r.text, `the "key" argument must be of type string`)
	return found && strings.Contains(after, "received ")
}

// isSecretNotFound reports whether Python or Ruby did not find a variable whose name says that it holds a secret.
func isSecretNotFound(r Response) bool {
	for _, before := range []string{"keyerror: ", "keyerror at ", "key not found: ", "missing environment variable"} {
		_, after, found := strings.Cut(r.text, before)
		if after = after[:min(len(after), 200)]; found && strings.Contains(after, "secret") {
			return true
		}
	}
	return false
}

// saysSecretMissing reports whether a handler says in its own words that it has no secret.
func saysSecretMissing(r Response) bool {
	return r.begins("secret") && r.begins("not set", "is not configured", "not configured", "missing", "undefined", "is required", "not found", "is empty", "no secret", "no webhook secret") && !r.begins("key not found")
}

// isNodeBodyParsed reports whether Node complains that it cannot hash what a parser made of the body.
func isNodeBodyParsed(r Response) bool {
	_, after, found := strings.Cut(r.text, `the "data" argument must be of type string`)
	after = after[:min(len(after), 200)]
	return found && strings.Contains(after, "received an instance of object") || found && strings.Contains(after, "received an instance of array")
}

// isNodeBodyUnread reports whether Node complains that there is nothing to hash.
func isNodeBodyUnread(r Response) bool {
	return r.mentions(`the "data" argument must be of type string`) && !isNodeBodyParsed(r)
}

// digestPattern returns the pattern of an HMAC-SHA256 in hex. It is compiled when it is first needed, not at every start.
var digestPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b[0-9a-f]{64}\b`) })

// Digests returns up to n texts that may be an HMAC-SHA256 in hex, for example one that the handler computed.
func Digests(text []byte, n int) []string {
	var found []string
	for _, digest := range digestPattern().FindAll(text, n) {
		found = append(found, string(digest))
	}
	return found
}

// isAboutSignature reports whether the response says that a signature is wrong or missing.
func isAboutSignature(r Response) bool {
	if r.hasCode(400, 401, 403) && (digestPattern().MatchString(r.text) || r.begins("signature", "hmac", "x-vidiking-signature", "digest mismatch")) {
		return true
	}
	return r.attempt.Code >= 400 && r.begins("invalid signature", "signature mismatch", "bad signature", "wrong signature", "signature verification", "signature is invalid", "signature does not match", "signatures do not match", "signature invalid", "no signatures found", "missing signature")
}

// SaysSignatureIsMissing reports whether a handler says that there is no signature.
func SaysSignatureIsMissing(r Response) bool {
	return r.begins("missing signature", "no signature header", "no signature provided", "signature missing", "signature is missing", "signature required", "signature is required",
		"signature header is missing", "signature header missing", "missing x-", "missing header", "signature not found", "signature header not found", "no x-")
}

// isNotRouted reports whether a 404 speaks of the request, as servers and routers do. A handler's own 404 can mean anything.
func isNotRouted(r Response) bool {
	path := strings.ToLower(r.target().EscapedPath())
	stock := Response{text: strings.ReplaceAll(r.text, "not found", " ")}
	return stock.givesNoReason() || len(path) > 1 && strings.Contains(r.text, path) ||
		r.begins("404", "cannot post", "page not found", "page could not be found", "route", "url", "resource", "endpoint", "doesn't know this ditty")
}

// addsSlash reports whether the response redirects to the same path with a slash at the end.
func addsSlash(r Response) bool {
	to := r.location()
	return to != nil && to.Path == r.target().Path+"/"
}

// removesSlash reports whether the response redirects to the same path without the slash at its end.
func removesSlash(r Response) bool {
	to := r.location()
	return to != nil && to.Path+"/" == r.target().Path && to.Path != ""
}

// turnsToHTTPS reports whether the response redirects to the same path with https.
func turnsToHTTPS(r Response) bool {
	to := r.location()
	return to != nil && to.Scheme == "https" && r.target().Scheme == "http" && to.Path == r.target().Path
}

// leadsToLogin reports whether the response redirects to a login page.
func leadsToLogin(r Response) bool {
	to := r.location()
	if to == nil {
		return false
	}
	path := strings.ToLower(to.Path)
	return slices.ContainsFunc([]string{"login", "log-in", "signin", "sign-in", "sign_in", "auth", "sso"}, func(word string) bool { return strings.Contains(path, word) })
}

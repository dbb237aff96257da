package refusal

import (
	"slices"
	"strings"
	"sync"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The frameworks and servers, as findings name them.
const (
	Django  = "Django"
	Express = "Express"
	FastAPI = "FastAPI"
	Fastify = "Fastify"
	Flask   = "Flask"
	Go      = "net/http"
	Laravel = "Laravel"
	NestJS  = "NestJS"
	Next    = "Next.js"
	Nginx   = "nginx"
	PHP     = "PHP"
	Rails   = "Rails"
	Sinatra = "Sinatra"
	Spring  = "Spring"
	Vite    = "Vite"
)

// Fingerprints returns all fingerprints, which callers must not change. The first that matches counts, so those with a framework's own
// words come before general ones.
func Fingerprints() []Fingerprint { return fingerprints() }

var fingerprints = sync.OnceValue(func() []Fingerprint {
	return slices.Concat(
		connectionFingerprints(), pageFingerprints(), csrfFingerprints(), hostFingerprints(), guardFingerprints(), crashFingerprints(), routeFingerprints(), bodyFingerprints(),
		signatureFingerprints(), silentFingerprints(),
	)
})

// connectionFingerprints are of responses that did not arrive as a whole, or speak another protocol.
func connectionFingerprints() []Fingerprint {
	failed := func(f webhook.Failure, isBegun bool) func(Response) bool {
		return func(r Response) bool { return r.attempt.Failure == f && (r.attempt.Code != 0) == isBegun }
	}
	return []Fingerprint{
		{
			Code: CodeNotEnded, Certainty: webhook.Certain, When: failed(webhook.FailureTimeout, true),
			Cause:  "The handler responded {code} and did not end its response.",
			Fix:    "End the response, for example with res.end(). A webhook needs no event stream.",
			Source: "written by hand: a response without an end is no file",
		},
		{
			Code: CodeCutShort, Certainty: webhook.Certain, When: failed(webhook.FailureReset, true),
			Cause:  "The handler responded {code}, and its response broke off after {received}.",
			Fix:    "Look at the terminal of the handler, or of its proxy: it stopped while it responded.",
			Source: "written by hand: a response that is cut short is no file",
		},
		{
			Code: CodeSchemeMismatch, Certainty: webhook.Certain, When: failed(webhook.FailureNeedsTLS, false),
			Cause: "The handler's port speaks only TLS.", Fix: "Forward to {address}.",
			Source: "written by hand: an alert of TLS is no response",
		},
		{
			Code: CodeSchemeMismatch, Certainty: webhook.Certain, When: failed(webhook.FailurePlainHTTP, false),
			Cause: "The handler's port speaks plain HTTP.", Fix: "Forward to {address}.",
			Source: "written by hand: the TLS handshake fails before there is a response",
		},
		{
			Code: CodeSchemeMismatch, Framework: Go, Certainty: webhook.Certain, Status: []int{400},
			All:   []string{"client sent an http request to an https server"},
			Cause: "The handler's port speaks only TLS.", Fix: "Forward to {address}.", Source: "go_tls.http",
		},
		{
			Code: CodeSchemeMismatch, Framework: Nginx, Certainty: webhook.Certain, Status: []int{400},
			All:   []string{"the plain http request was sent to https port"},
			Cause: "nginx speaks only TLS on this port.", Fix: "Forward to {address}.", Source: "not captured: nginx's page for its code 497",
		},
	}
}

// pageFingerprints are of pages that come with 200 and are not a handler's response.
func pageFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeNotAHandler, Framework: PHP, Certainty: webhook.Certain, Status: []int{200},
			When:   func(r Response) bool { return isPHPMessage(r, "fatal error", "parse error") },
			Cause:  "The script ended with a fatal error. PHP answers 200 while display_errors is on.",
			Fix:    "Correct the error, and set display_errors=0: then a fatal error answers 500.",
			Source: "php_fatal.http",
		},
		{
			Code: CodeNotAHandler, Framework: PHP, Certainty: webhook.Likely, Status: []int{200},
			When:   func(r Response) bool { return isPHPMessage(r, "warning", "notice", "deprecated") },
			Cause:  "PHP reports a problem in the response, so the script may not have handled the event.",
			Fix:    "Correct it: the response names the file and line.",
			Source: "php_warning.http",
		},
		{
			Code: CodeNotAHandler, Certainty: webhook.Likely, Status: []int{200}, When: isAppShell,
			Cause:  "The response is the page of a web app, so a web server answered and no handler ran.",
			Fix:    "Forward to the port of the API, or route {path} to the handler before the app's catch-all route.",
			Source: "express_page.http",
		},
	}
}

// csrfFingerprints are of CSRF protection, which runs before the handler.
func csrfFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeCSRF, Framework: Django, Certainty: webhook.Certain, Status: []int{403}, Any: []string{"csrf verification failed"},
			Cause: "Django's CSRF protection runs before the view.", Fix: "Put @csrf_exempt on the view of {path}.", Source: "django_csrf.http",
		},
		{
			Code: CodeCSRF, Framework: Rails, Certainty: webhook.Certain, Any: []string{"actioncontroller::invalidauthenticitytoken", "can't verify csrf token authenticity"},
			Cause: "Rails' CSRF protection runs before the action.", Fix: "Put skip_forgery_protection in the controller of {path}.", Source: "rails_development_csrf.http",
		},
		{
			Code: CodeCSRF, Framework: Rails, Certainty: webhook.Likely, Status: []int{422},
			When: func(r Response) bool {
				return r.mentions("the change you wanted was rejected") || r.text == "" && r.header("X-Runtime") != ""
			},
			Cause: "Rails rejected the request before the action ran, most likely in its CSRF protection.", Fix: "Put skip_forgery_protection in the controller of {path}.", Source: "rails_csrf.http",
		},
		{
			Code: CodeCSRF, Framework: Laravel, Certainty: webhook.Certain, Status: []int{419},
			Cause: "Laravel's CSRF protection runs before the handler.", Fix: "Add {path} to the CSRF exceptions: $middleware->validateCsrfTokens(except: [...]) in bootstrap/app.php, or $except of VerifyCsrfToken.",
			Source: "not captured: Laravel is not installed (its view errors/419.blade.php: Page Expired)",
		},
	}
}

// hostFingerprints are of checks of the Host header, which run before the handler.
func hostFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeHostCheck, Framework: Rails, Certainty: webhook.Certain, Any: []string{"blocked host:", "blocked hosts:"}, hostAfter: "blocked host: ",
			Cause: "Rails' host authorization does not allow the host {host}.", Fix: `Add config.hosts << "{host}" to the environment's configuration, or send an allowed name: -H 'Host: …'`,
			Source: "rails_development_csrf_host.http",
		},
		{
			Code: CodeHostCheck, Framework: Django, Certainty: webhook.Certain, Any: []string{"disallowedhost", "invalid http_host header"}, hostAfter: "invalid http_host header: ",
			Cause: "Django's ALLOWED_HOSTS does not contain the host {host}.", Fix: `Add "{host}" to ALLOWED_HOSTS, or send an allowed name: -H 'Host: …'`,
			Source: "django_debug_csrf_host.http",
		},
		{
			Code: CodeHostCheck, Framework: Django, Certainty: webhook.Likely, Status: []int{400}, When: func(r Response) bool { return r.text == "bad request (400) bad request (400)" },
			Cause: "Django rejected the request before the view ran, most likely because ALLOWED_HOSTS does not contain {host}.", Fix: `Add "{host}" to ALLOWED_HOSTS, or send an allowed name: -H 'Host: …'`,
			Source: "django_csrf_host.http",
		},
		{
			Code: CodeHostCheck, Framework: Vite, Certainty: webhook.Certain, Status: []int{403}, All: []string{"this host (", "is not allowed"}, hostAfter: "this host (",
			Cause: "Vite's dev server does not allow the host {host}.", Fix: `Add "{host}" to server.allowedHosts in vite.config.js, or send an allowed name: -H 'Host: …'`,
			Source: "vite_hook_host.http",
		},
		{
			Code: CodeHostCheck, Certainty: webhook.Certain, Status: []int{200}, When: func(r Response) bool { return r.text == "invalid host header" },
			Cause: "The dev server checks the Host header, and responds 200 to a name that it does not allow.", Fix: `Add "{host}" to allowedHosts of webpack's dev server, or send an allowed name: -H 'Host: …'`,
			Source: "not captured: webpack-dev-server 4, lib/Server.js",
		},
		{
			Code: CodeHostCheck, Certainty: webhook.Certain, Status: []int{400, 403, 421}, Any: []string{"invalid host header", "host not permitted", "host not allowed", "host is not allowed", "host not in allowlist"},
			Cause: "A check of the Host header runs before the handler.", Fix: `Allow {host} in that check, or send an allowed name: -H 'Host: …'`,
			Source: "not captured: webpack-dev-server and Starlette (Invalid host header), Sinatra 4.1 (Host not permitted)",
		},
		{
			Code: CodeHostCheck, Framework: Rails, Certainty: webhook.Likely, Status: []int{403},
			When: func(r Response) bool {
				return r.text == "" && r.header("X-Runtime") == "" && r.header("Content-Type") == "text/html; charset=utf-8" && r.attempt.Header.Get("X-Powered-By") == "" && isRack(r)
			},
			Cause: "The server refused the request before the app ran, most likely in Rails' host authorization.", Fix: `Add config.hosts << "{host}" to the environment's configuration, or send an allowed name: -H 'Host: …'`,
			Source: "rails_csrf_host.http",
		},
	}
}

// guardFingerprints are of other checks that run before the handler.
func guardFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeRouteGuard, Framework: NestJS, Certainty: webhook.Certain, Status: []int{403}, All: []string{"forbidden resource"},
			Cause: "A NestJS guard refuses the route before the handler runs.", Fix: "Exempt {path} from the guard, for example with a @Public() decorator that the guard reads.", Source: "nest_api_guarded.http",
		},
		{
			Code: CodeCSRF, Framework: Spring, Certainty: webhook.Likely, Status: []int{403}, All: []string{`"timestamp":`, `"status":403`, `"error":"forbidden"`, `"path":`},
			Cause: "Spring Security refuses the request before the controller runs, most likely in its CSRF protection.", Fix: `Exempt {path}: http.csrf(csrf -> csrf.ignoringRequestMatchers("{path}")), and permitAll() for it.`,
			Source: "not captured: Spring Boot's BasicErrorController (Java is not installed)",
		},
		{
			Code: CodeWrongPath, Certainty: webhook.Certain, Status: []int{403}, When: func(r Response) bool { return r.text == `{"message":"missing authentication token"}` },
			Cause: "API Gateway has no route for POST {path}.", Fix: "Correct the path, with the stage in front.", Source: "not captured: AWS's documentation of gateway responses (MISSING_AUTHENTICATION_TOKEN)",
		},
		{
			Code: CodeAuthentication, Certainty: webhook.Certain, Status: []int{401}, Header: "WWW-Authenticate", When: func(r Response) bool { return !isAboutSignature(r) },
			Cause: "The route is behind authentication middleware, which runs before the handler.", Fix: "Exempt {path} from authentication. The signature authenticates the delivery.", Source: "nginx_basic.http",
		},
		{
			Code: CodeAuthentication, Certainty: webhook.Certain, Status: []int{401, 403, 407}, When: asksForLogin,
			Cause: "The route is behind authentication middleware, which runs before the handler.", Fix: "Exempt {path} from authentication. The signature authenticates the delivery.", Source: "fastapi_bearer.http",
		},
		{
			Code: CodeCSRF, Certainty: webhook.Likely, Status: []int{400, 401, 403, 419, 422},
			When: func(r Response) bool {
				return r.begins("csrf", "xsrf", "authenticity token", "cross-site request forgery", "cross-origin request detected")
			},
			Cause: "CSRF protection runs before the handler.", Fix: "Exempt {path} from CSRF protection.",
			Source: "not captured: the words of many middlewares (csurf: invalid csrf token; net/http: cross-origin request detected)",
		},
	}
}

// crashFingerprints are of handlers that failed with a message.
func crashFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeMissingSecret, Certainty: webhook.Certain, When: isNodeKeyMissing,
			Cause: "The handler has no secret: the key of its HMAC is undefined.", Fix: "Set the variable that the handler reads, then restart it.", Source: "express_secret.http",
		},
		{
			Code: CodeMissingSecret, Certainty: webhook.Certain,
			When:  isSecretNotFound,
			Cause: "The handler has no secret: the variable that it reads is not set.", Fix: "Set that variable, then restart the handler.", Source: "django_debug_secret.http",
		},
		{
			Code: CodeMissingSecret, Certainty: webhook.Likely, Any: []string{"key: expected bytes or bytearray, but got 'nonetype'", "no implicit conversion of nil into string file: hmac.rb"},
			Cause: "The handler has no secret: the key of its HMAC is empty.", Fix: "Set the variable that the handler reads, then restart it.", Source: "flask_debug_none.http",
		},
		{
			Code: CodeMissingSecret, Certainty: webhook.Likely, Status: serverErrors(), When: saysSecretMissing,
			Cause: "The handler says that it has no secret.", Fix: "Set the variable that it reads, then restart it.",
			Source: "not captured: the words of handlers",
		},
		{
			Code: CodeSignatureLength, Certainty: webhook.Certain, Any: []string{"input buffers must have the same byte length", "err_crypto_timing_safe_equal_length"},
			Cause: "The handler compares texts of different lengths: the header is sha256=<hex>, and it computes only <hex>.",
			Fix:   `Strip the "sha256=" prefix before comparing, and compare the lengths before timingSafeEqual.`, Source: "express_length.http",
		},
		{
			Code: CodeBodyParsedFirst, Certainty: webhook.Certain,
			When:  isNodeBodyParsed,
			Cause: "The handler hashes the parsed body: a JSON parser ran first.", Fix: "Register the raw-body parser for this route before the JSON parser, for example express.raw({type: '*/*'}), and hash its bytes.", Source: "express_parsed.http",
		},
		{
			Code: CodeBodyParsedFirst, Certainty: webhook.Likely, When: isNodeBodyUnread,
			Cause: "The handler hashes a body that nothing has read.", Fix: "Register the raw-body parser for this route, for example express.raw({type: '*/*'}), and hash its bytes.", Source: "express_unparsed.http",
		},
		{
			Code: CodeBodyParsedFirst, Certainty: webhook.Likely, Any: []string{"object supporting the buffer api required", "argument #2 ($data) must be of type string, array given", "no implicit conversion of hash into string", "no implicit conversion of actioncontroller::parameters into string"},
			Cause: "The handler hashes the parsed body.", Fix: "Hash the raw bytes of the request: request.get_data(), file_get_contents('php://input'), request.raw_post.", Source: "flask_debug_parsed.http",
		},
		{
			Code: CodeBodyReadTwice, Framework: Django, Certainty: webhook.Certain, Any: []string{"rawpostdataexception", "you cannot access body after reading from request's data stream"},
			Cause: "The body was read before, and Django keeps no copy then.", Fix: "Read request.body first, before request.POST or request.read().", Source: "django_debug_twice.http",
		},
		{
			Code: CodeBodyReadTwice, Certainty: webhook.Certain, Any: []string{"body is unusable: body has already been read", "body has already been read", "body already used", "stream is not readable", "stream consumed"},
			Cause: "The body was read before, and can be read only once.", Fix: "Read it once as bytes, and parse those bytes.",
			Source: "not captured: undici (Body is unusable), raw-body (stream is not readable), Starlette (Stream consumed)",
		},
	}
}

// routeFingerprints are of requests that reach no handler.
func routeFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeTrailingSlash, Framework: Django, Certainty: webhook.Certain, Status: []int{500}, All: []string{"doesn't end in a slash and you have append_slash set"},
			Cause: "Django's route ends in a slash, and {path} does not.", Fix: "Forward to {forward}", Source: "django_debug_slash.http",
		},
		{
			Code: CodeTrailingSlash, Framework: Flask, Certainty: webhook.Certain, Status: []int{500}, All: []string{"a request was sent to this url", "but a redirect was issued"},
			Cause: "Flask's route ends in a slash, and {path} does not.", Fix: "Forward to {forward}", Source: "not captured: Flask 2.1 and older in debug mode (FormDataRoutingRedirect)",
		},
		{
			Code: CodeTrailingSlash, Certainty: webhook.Certain, When: addsSlash,
			Cause: "The handler redirects to the same path with a slash at the end. Redirects are not followed.", Fix: "Forward to {forward}", Source: "django_slash.http",
		},
		{
			Code: CodeTrailingSlash, Certainty: webhook.Certain, When: removesSlash,
			Cause: "The handler redirects to the same path without the slash at the end. Redirects are not followed.", Fix: "Forward to {location}.", Source: "not captured: the reverse of the fingerprint above",
		},
		{
			Code: CodeHTTPSRedirect, Certainty: webhook.Certain, When: turnsToHTTPS,
			Cause: "The handler redirects to https on the same host, as SECURE_SSL_REDIRECT and force_ssl do.", Fix: "Send the header of a proxy that ends TLS: -H 'X-Forwarded-Proto: https'", Source: "django_https_get.http",
		},
		{
			Code: CodeLoginRedirect, Certainty: webhook.Certain, When: leadsToLogin,
			Cause: "The handler redirects to a login page, {location}: the route is behind authentication.", Fix: "Exempt {path} from authentication. The signature authenticates the delivery.", Source: "django_debug_login.http",
		},
		{
			Code: CodeRedirect, Certainty: webhook.Certain, When: Response.isRedirect,
			Cause: "The handler redirects to {location}. Redirects are not followed.", Fix: "Forward there directly, or exempt {path}.", Source: "not captured: any other redirect",
		},
		{
			Code: CodeWrongPath, Framework: NestJS, Certainty: webhook.Certain, Status: []int{404}, All: []string{"cannot post", `"statuscode":404`},
			Cause: "No route of the app is POST {path}.", Fix: "Correct the path. With setGlobalPrefix, it begins with that prefix.", Source: "nest_guarded.http",
		},
		{
			Code: CodeWrongPath, Certainty: webhook.Likely, Status: []int{404}, When: isNotRouted,
			Cause: "Nothing handles POST {path}.", Fix: "Correct the path, or try it with a slash at the end.", Source: "express_nowhere.http",
		},
		{
			Code: CodeWrongPath, Certainty: webhook.Possible, Status: []int{404},
			Cause: "Nothing handles POST {path}, or the handler itself responds 404.", Fix: "Read the response, and correct the path if it is wrong.",
			Source: "not captured: the words of handlers",
		},
		{
			Code: CodeMethod, Framework: Next, Certainty: webhook.Certain, Status: []int{405}, When: func(r Response) bool { return Framework(r) == Next },
			Cause: "The route does not export POST. A Next.js route file with `export default` answers 405.", Fix: "Rename the export: export async function POST(request)", Source: "next_default.http",
		},
		{
			Code: CodeMethod, Certainty: webhook.Certain, Status: []int{405}, When: func(r Response) bool { return Framework(r) != "" },
			Cause: "The handler does not accept POST at {path}.", Fix: "Accept POST on this route, or correct the path.", Source: "flask_get.http",
		},
		{
			Code: CodeMethod, Certainty: webhook.Certain, Status: []int{405},
			Cause: "The handler does not accept POST at {path}.", Fix: "Accept POST on this route, or correct the path. A Next.js route file exports POST: export async function POST(request)",
			Source: "not captured: a 405 that shows no framework",
		},
		{
			Code: CodeUpstream, Framework: Nginx, Certainty: webhook.Certain, Status: []int{502, 504}, Header: "Server: nginx",
			Cause: "nginx answers, but the app behind it does not.", Fix: "Start the app, or correct proxy_pass.", Source: "nginx_down.http",
		},
		{
			Code: CodeUpstream, Certainty: webhook.Likely, Status: []int{500, 502, 503, 504}, When: isFromProxy,
			Cause: "A proxy responds, but the app behind it does not.", Fix: "Start the app, or correct the address that the proxy forwards to.",
			Source: "not captured: Caddy and Traefik (an empty 502, Bad Gateway), webpack-dev-server (Proxy error), HAProxy",
		},
		{
			Code: CodeAccessDenied, Framework: Nginx, Certainty: webhook.Likely, Status: []int{403}, Header: "Server: nginx", When: func(r Response) bool { return strings.HasPrefix(r.text, "403 forbidden 403 forbidden nginx") },
			Cause: "nginx refuses the request itself, before it reaches the handler: by a deny rule, or because it serves files at {path}.", Fix: "Allow this machine in nginx's configuration, and pass {path} on to the app.", Source: "nginx_denied.http",
		},
		{
			Code: CodeRateLimit, Certainty: webhook.Certain, Status: []int{429},
			Cause: "The handler or a proxy limits requests: 429.", Fix: "Exempt {path} from the limit.", Source: "not captured: any 429 (RFC 6585)",
		},
	}
}

// bodyFingerprints are of bodies that are refused before the signature matters.
func bodyFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeBodyLimit, Framework: Nginx, Certainty: webhook.Certain, Status: []int{413}, All: []string{"nginx"},
			Cause: "The body is larger than nginx allows.", Fix: "Raise client_max_body_size in nginx's configuration.", Source: "nginx_down_body.http",
		},
		{
			Code: CodeBodyLimit, Framework: Fastify, Certainty: webhook.Certain, Status: []int{413}, All: []string{"fst_err_ctp_body_too_large"},
			Cause: "The body is larger than Fastify allows.", Fix: "Raise bodyLimit of the server or the route.", Source: "fastify_schema_body.http",
		},
		{
			Code: CodeBodyLimit, Certainty: webhook.Certain, Any: []string{"payloadtoolargeerror", "request entity too large", "entity.too.large"},
			Cause: "The body is larger than the body parser allows: Express parsers allow 100 kB.", Fix: "Raise the parser's limit: express.json({limit: '1mb'}), or that of express.raw.", Source: "express_limit_body.http",
		},
		{
			Code: CodeBodyLimit, Certainty: webhook.Certain, Status: []int{413},
			Cause: "The body is larger than the handler allows.", Fix: "Raise the limit of the server or parser that responded.", Source: "not captured: any other 413",
		},
		{
			Code: CodeValidation, Framework: FastAPI, Certainty: webhook.Certain, Status: []int{422}, All: []string{`"loc":`, `"msg":`},
			Cause: "FastAPI validates the body before the handler runs. The response names the field.", Fix: "Correct the model, or read the raw body with await request.body().", Source: "fastapi_model.http",
		},
		{
			Code: CodeValidation, Framework: Fastify, Certainty: webhook.Certain, Status: []int{400}, All: []string{"fst_err_validation"},
			Cause: "Fastify validates the body before the handler runs. The response names the field.", Fix: "Correct the route's schema.", Source: "fastify_schema.http",
		},
		{
			Code: CodeValidation, Certainty: webhook.Certain, Status: []int{415},
			Cause: "The handler does not accept the content type of the delivery.", Fix: "Accept application/json, which Vidiking sends.", Source: "not captured: any 415",
		},
		{
			Code: CodeValidation, Certainty: webhook.Likely, Status: []int{400}, Any: []string{"failed to decode json object", "is not valid json", "unexpected token", "json parse error", "invalid json", "malformed json", "json_invalid"},
			Cause: "The body parser could not read the body as JSON.", Fix: "Compare the body with what the parser expects: the response says where it stopped.", Source: "flask_debug_json_body.http",
		},
		{
			Code: CodeValidation, Certainty: webhook.Possible, Status: []int{422}, When: Response.givesNoReason,
			Cause: "The handler may have validated the body and refused it. It does not say why.", Fix: "Look at the handler's terminal.", Source: "not captured: any other 422",
		},
		{
			Code: CodeValidation, Certainty: webhook.Likely, Status: []int{422}, When: func(r Response) bool { return !isAboutSignature(r) },
			Cause: "The handler validates the body and refuses it. The response names the reason.", Fix: "Correct what the response names.", Source: "not captured: any other 422",
		},
	}
}

// signatureFingerprints are of a signature that the handler does not accept. Package explain finds out why.
func signatureFingerprints() []Fingerprint {
	return []Fingerprint{
		{
			Code: CodeSignatureRefused, Certainty: webhook.Likely, When: isAboutSignature,
			Cause: "The handler's signature check fails.", Fix: "See which variant it accepts.", Source: "express_signature.http",
		},
		{
			Code: CodeSignatureRefused, Certainty: webhook.Possible, Status: []int{400, 401, 403}, When: Response.givesNoReason,
			Cause: "The handler refuses the delivery without a reason, most likely in its signature check.", Fix: "See which variant it accepts.", Source: "flask_abort.http",
		},
	}
}

// silentFingerprints are of handlers that failed without a message.
func silentFingerprints() []Fingerprint {
	return []Fingerprint{{
		Code: CodeSilentCrash, Certainty: webhook.Likely, Status: serverErrors(), When: Response.givesNoReason,
		Cause: "The handler failed and did not say why.", Fix: "Look at the handler's terminal: its log has the error.", Source: "next_throws.http",
	}}
}

func serverErrors() []int { return []int{500, 501, 502, 503, 504} }

package refusal

// The codes of findings. They do not change; docs/refusals.md lists them.
const (
	CodeCSRF             = "csrf_protection"
	CodeHostCheck        = "host_check"
	CodeRouteGuard       = "route_guard"
	CodeAuthentication   = "authentication_required"
	CodeSignatureRefused = "signature_refused"
	CodeMissingSecret    = "missing_secret"
	CodeBodyParsedFirst  = "body_parsed_first"
	CodeBodyReadTwice    = "body_read_twice"
	CodeSignatureLength  = "signature_length"
	CodeTrailingSlash    = "trailing_slash"
	CodeHTTPSRedirect    = "https_redirect"
	CodeLoginRedirect    = "login_redirect"
	CodeRedirect         = "redirect"
	CodeWrongPath        = "wrong_path"
	CodeMethod           = "method_not_exported"
	CodeBodyLimit        = "body_limit"
	CodeValidation       = "validation"
	CodeSilentCrash      = "silent_crash"
	CodeUpstream         = "upstream_unreachable"
	CodeNotAHandler      = "not_a_handler"
	CodeNotEnded         = "response_not_ended"
	CodeCutShort         = "response_cut_short"
	CodeSchemeMismatch   = "scheme_mismatch"
)

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
	CodeRateLimit        = "rate_limited"
	CodeAccessDenied     = "access_denied"

	// Causes of a refused signature, which packages explain and conformance find.
	CodeSecretGenerated = "secret_generated_now"
	CodeDifferentSecret = "different_secret"
	CodeBareExpected    = "bare_hex_expected"
	CodePrefixExpected  = "prefixed_hex_expected"
	CodeReserialized    = "reserialized_body"
	CodeUpperCase       = "header_upper_case"
	CodeUnsigned        = "signature_not_checked" // the handler accepts a wrong signature
	CodeInconsistent    = "inconsistent"          // the handler responds differently to the same delivery
)

// CodeOf returns the code of a handler's mistake by that of a signature which the handler accepted (package signature).
func CodeOf(signed string) string {
	switch signed {
	case "body_rewritten":
		return CodeReserialized
	case "body_empty":
		return CodeBodyParsedFirst
	case "secret_unset":
		return CodeMissingSecret
	case "other_secret":
		return CodeDifferentSecret
	}
	return signed
}

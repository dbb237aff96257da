package tunnel

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.ngrok.com/muxado/v2"
)

// Pages of ngrok's website that explain its errors.
const (
	ngrokTokenPage   = "https://dashboard.ngrok.com/get-started/your-authtoken"
	ngrokDomainsPage = "https://dashboard.ngrok.com/domains"
	ngrokAgentsPage  = "https://dashboard.ngrok.com/agents"
	ngrokErrorsPage  = "https://ngrok.com/docs/errors/"
)

// ngrokErrorInfo describes one of ngrok's error codes (ngrok docs: Errors Reference).
type ngrokErrorInfo struct {
	reason    Reason
	page      string // empty: the page of the code
	temporary bool   // may be caused by our previous session, which the service has not timed out yet
}

// knownNgrokErrors lists the codes that need special handling.
func knownNgrokErrors() map[string]ngrokErrorInfo {
	token := ngrokErrorInfo{reason: Refused, page: ngrokTokenPage}
	domain := ngrokErrorInfo{reason: Taken, page: ngrokDomainsPage}
	return map[string]ngrokErrorInfo{
		"ERR_NGROK_105": token,                                                   // not a token
		"ERR_NGROK_106": token,                                                   // a token of ngrok v1
		"ERR_NGROK_107": token,                                                   // reset or revoked, or the user left the team
		"ERR_NGROK_300": token,                                                   // credential revoked
		"ERR_NGROK_108": {reason: Limit, page: ngrokAgentsPage, temporary: true}, // simultaneous agent sessions
		"ERR_NGROK_324": {reason: Limit, temporary: true},                        // simultaneous endpoints
		"ERR_NGROK_314": {reason: Limit},                                         // custom hostnames
		"ERR_NGROK_319": domain,                                                  // not reserved
		"ERR_NGROK_320": domain,                                                  // reserved by another account
		"ERR_NGROK_334": {reason: Taken, temporary: true},                        // already online

		"ERR_NGROK_4018": token, // no token
	}
}

// ngrokCode finds an error code in text, such as ERR_NGROK_105. It returns "" if there is none.
func ngrokCode(text string) string {
	const prefix = "ERR_NGROK_"
	at := strings.Index(text, prefix)
	if at < 0 {
		return ""
	}
	digits := text[at+len(prefix):]
	end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		end = len(digits)
	}
	if end == 0 {
		return ""
	}
	return prefix + digits[:end]
}

// ngrokError converts an error that the service reported and says whether it may be temporary. It returns nil for any other error: a
// failed connection says nothing about ngrok's decision.
func ngrokError(err error, token string) (e *Error, temporary bool) {
	code := errorCode(err)
	if code == "" {
		return nil, false
	}
	info, ok := knownNgrokErrors()[code]
	if !ok {
		info.reason = Stopped
	}
	if info.page == "" {
		info.page = ngrokErrorsPage + strings.ToLower(code)
	}
	// err is not wrapped: its text may contain the token (ngrok docs: ERR_NGROK_105, ERR_NGROK_107).
	return &Error{Reason: info.reason, Service: "ngrok", Code: code, Message: firstSentence(err.Error(), token), DocURL: info.page}, info.temporary
}

// translateError converts the error types of the SDK's multiplexer to standard ones. A session that the multiplexer closed itself had a
// heartbeat timeout.
func translateError(err error) error {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		switch code, _ := muxado.GetError(inner); code {
		case muxado.PeerEOF, muxado.RemoteGoneAway, muxado.StreamClosed, muxado.StreamReset:
			return io.ErrUnexpectedEOF
		case muxado.SessionClosed:
			return context.DeadlineExceeded
		}
	}
	return err
}

// errorCode returns the ngrok code of an error. The SDK has two error types with codes; for a refused reconnect the code is only in the
// text.
func errorCode(err error) string {
	var coded interface{ ErrorCode() string }
	var public interface{ Code() string }
	switch {
	case errors.As(err, &coded) && coded.ErrorCode() != "":
		return coded.ErrorCode()
	case errors.As(err, &public) && public.Code() != "":
		return public.Code()
	}
	return ngrokCode(err.Error())
}

// firstSentence returns the first line of a service's message, without the SDK's prefixes and with the token masked.
func firstSentence(text, token string) string {
	for _, before := range []string{"failed to connect: ", "authentication failed: ", "failed to send authentication request: ", "failed to start tunnel: ", "failed to accept connection: "} {
		text = strings.TrimPrefix(text, before)
	}
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if token != "" {
		text = strings.ReplaceAll(text, token, "…")
	}
	return strings.TrimRight(strings.TrimSpace(text), ".")
}

package tunnel

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.ngrok.com/muxado/v2"
)

// Pages of ngrok's that its errors lead to.
const (
	ngrokTokenPage   = "https://dashboard.ngrok.com/get-started/your-authtoken"
	ngrokDomainsPage = "https://dashboard.ngrok.com/domains"
	ngrokAgentsPage  = "https://dashboard.ngrok.com/agents"
	ngrokErrorsPage  = "https://ngrok.com/docs/errors/"
)

// ngrokMeaning is what a code of ngrok's means for us (ngrok docs: Errors Reference).
type ngrokMeaning struct {
	reason Reason
	page   string // empty: the code's own
	passes bool   // it may be about our own session of before, which the service has yet to miss
}

// ngrokMeanings lists the codes that say more than that ngrok refuses.
func ngrokMeanings() map[string]ngrokMeaning {
	token := ngrokMeaning{reason: Refused, page: ngrokTokenPage}
	domain := ngrokMeaning{reason: Taken, page: ngrokDomainsPage}
	return map[string]ngrokMeaning{
		"ERR_NGROK_105": token,                                                // it is no token
		"ERR_NGROK_106": token,                                                // it is one of ngrok v1
		"ERR_NGROK_107": token,                                                // reset, revoked, or of a team that one was removed from
		"ERR_NGROK_300": token,                                                // its credential was revoked
		"ERR_NGROK_108": {reason: Limit, page: ngrokAgentsPage, passes: true}, // agent sessions at once
		"ERR_NGROK_324": {reason: Limit, passes: true},                        // endpoints at once
		"ERR_NGROK_314": {reason: Limit},                                      // custom hostnames
		"ERR_NGROK_319": domain,                                               // not reserved
		"ERR_NGROK_320": domain,                                               // reserved by another account
		"ERR_NGROK_334": {reason: Taken, passes: true},                        // online already

		"ERR_NGROK_4018": token, // there is none
	}
}

// ngrokCode finds a code in a text, as in ERR_NGROK_105; empty where there is none.
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

// ngrokError makes an *Error of what the service answered, and says whether it may pass by itself. It returns nil for an error that is
// not the service's word: a connection that failed says nothing on what ngrok thinks.
func ngrokError(err error, token string) (e *Error, passes bool) {
	code := codeOf(err)
	if code == "" {
		return nil, false
	}
	meaning, ok := ngrokMeanings()[code]
	if !ok {
		meaning.reason = Stopped
	}
	if meaning.page == "" {
		meaning.page = ngrokErrorsPage + strings.ToLower(code)
	}
	// err is not kept: its text may hold the token (ngrok docs: ERR_NGROK_105, ERR_NGROK_107).
	return &Error{Reason: meaning.reason, Service: "ngrok", Code: code, Message: firstSentence(err.Error(), token), DocURL: meaning.page}, meaning.passes
}

// inWords makes a common error of one of the SDK's multiplexer, whose types are its own. That it closed the session itself is what a
// heartbeat without an answer leads to.
func inWords(err error) error {
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

// codeOf is the code of an error. The SDK's errors have it in two forms, and one of a refused return is a text alone.
func codeOf(err error) string {
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

// firstSentence is the first line of what a service says, without the SDK's words before it and without the token.
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

package tunnel

import (
	"fmt"
)

// Reason classifies an Error.
type Reason string

// The reasons.
const (
	Refused       Reason = "refused"       // the service rejected the credentials
	Denied        Reason = "denied"        // the server accepted the login but not the forwarding
	Taken         Reason = "taken"         // the URL is in use, or belongs to another account
	Limit         Reason = "limit"         // the plan's limit is reached
	KeyChanged    Reason = "key_changed"   // the server has another host key than before
	Unreachable   Reason = "unreachable"   // the tunnel could not be opened in time
	Unverified    Reason = "unverified"    // the tunnel is open, but the public URL does not lead here
	Stopped       Reason = "stopped"       // the service ended the tunnel for another reason
	Misconfigured Reason = "misconfigured" // a setting is invalid
)

// Error reports why a tunnel cannot be opened or kept. It contains no credentials.
type Error struct {
	Reason  Reason
	Service string // "ngrok", or the SSH server's host
	Code    string // the service's own error code, such as ERR_NGROK_105
	Message string // one line: the service's message, or the cause
	DocURL  string // where to read more
	URL     string // the public URL, if the error is about it
	Err     error  // the cause
}

func (e *Error) Error() string {
	text := e.Service + ": " + e.Message
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// UnverifiedError reports that a request through the public URL did not come back.
type UnverifiedError struct {
	URL string
	Err error // of the last request
}

func (e *UnverifiedError) Error() string {
	return fmt.Sprintf("%s does not lead to this process: %s", e.URL, Describe(e.Err))
}

func (e *UnverifiedError) Unwrap() error { return e.Err }

package tunnel

import (
	"fmt"
)

// Reason says what kind of an end an Error is.
type Reason string

// The reasons.
const (
	Refused       Reason = "refused"       // the service does not take the credentials
	Denied        Reason = "denied"        // it lets us in, and does not forward what is asked
	Taken         Reason = "taken"         // the URL is in use, or another's
	Limit         Reason = "limit"         // the plan allows no more
	KeyChanged    Reason = "key_changed"   // the server is not the one that it was
	Unreachable   Reason = "unreachable"   // it could not be opened in the time there is
	Unverified    Reason = "unverified"    // it is open, and the public URL does not lead here
	Stopped       Reason = "stopped"       // the service ended it, for whatever reason it gives
	Misconfigured Reason = "misconfigured" // a setting can't be used
)

// Error is why a tunnel can't be had. It holds no credentials.
type Error struct {
	Reason  Reason
	Service string // ngrok, or the SSH server's host
	Code    string // the service's own, as in ERR_NGROK_105
	Message string // what the service says, or what is the matter; one line
	DocURL  string // where to read on
	URL     string // the public one, where it is about that
	Err     error  // what it came from
}

func (e *Error) Error() string {
	text := e.Service + ": " + e.Message
	if e.Code != "" {
		text += " (" + e.Code + ")"
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// NotBackError is that a request through the public URL did not come back.
type UnverifiedError struct {
	URL string
	Err error // of the last try
}

func (e *UnverifiedError) Error() string {
	return fmt.Sprintf("%s does not lead back here: %s", e.URL, Describe(e.Err))
}

func (e *UnverifiedError) Unwrap() error { return e.Err }

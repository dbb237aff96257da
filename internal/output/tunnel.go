package output

import (
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// TunnelState is how the tunnel is doing, for machines.
type TunnelState struct {
	State      string
	URL        string // where to send events, once it is ready
	Cause      string // why it is not
	Since      time.Time
	Downtime   time.Duration
	URLChanged bool
}

// TunnelNotice is what there is to say of a state of the tunnel. what names it, and path is where deliveries come to. ok is false where there
// is nothing to say.
func TunnelNotice(s tunnel.State, what, path string) (n Notice, ok bool) {
	n = Notice{At: s.At, Tunnel: &TunnelState{State: string(s.Kind), Since: s.Since, Downtime: s.Downtime(), URLChanged: s.URLChanged}}
	if s.Cause != nil {
		n.Tunnel.Cause = display.Clean(tunnel.Describe(s.Cause))
	}
	switch {
	case s.NewHostKey != "":
		n.Tunnel = nil
		n.Code, n.Good = "server_key_kept", true
		n.Message = fmt.Sprintf("The key of %s is %s. Another one will be refused.", what, s.NewHostKey)
	case s.Kind == tunnel.Connecting && s.Cause != nil:
		n.Code, n.Message = "tunnel_down", fmt.Sprintf("No way through %s yet: %s. Trying again.", what, n.Tunnel.Cause)
	case s.Kind == tunnel.Reconnecting:
		n.Code, n.Message = "tunnel_down", fmt.Sprintf("The tunnel is down: %s. Trying again.", n.Tunnel.Cause)
	case s.Kind == tunnel.Ready && (!s.Since.IsZero() || s.URLChanged):
		n.Code, n.Good, n.Tunnel.URL = "tunnel_back", true, s.URL+path
		n.Message, n.Details = tunnelBack(s, s.URL+path)
	default:
		return Notice{}, false
	}
	return n, true
}

// tunnelBack says how long the tunnel was down, and what becomes of what it missed.
func tunnelBack(s tunnel.State, url string) (message string, more []string) {
	gap := display.Period(s.Downtime())
	switch {
	case s.Since.IsZero():
		return "The tunnel has another URL now: " + url, []string{"Nothing comes to the old one any more: put the new one in its place."}
	case s.URLChanged:
		return fmt.Sprintf("The tunnel is back after %s, at another URL: %s", gap, url), []string{
			"Nothing comes to the old one any more: put the new one in its place.",
			"What it missed went to the old one, and does not come again by itself.",
		}
	}
	// Vidiking's schedule (docs: Webhooks, Retry Policy).
	return fmt.Sprintf("The tunnel is back after %s, at the same URL.", gap), []string{
		"What it missed comes again: Vidiking retries after 30 s, 2 min,", "10 min, 1 h and 6 h.",
	}
}

type jsonTunnel struct {
	kind
	State   string    `json:"state"`
	At      jsonTime  `json:"at"`
	URL     string    `json:"url,omitempty"`
	Moved   bool      `json:"moved,omitempty"`
	Cause   string    `json:"cause,omitempty"`
	Since   *jsonTime `json:"since,omitempty"`
	GapMS   float64   `json:"gap_ms,omitempty"`
	Message string    `json:"message"`
}

func tunnelObject(n Notice) jsonTunnel {
	t := n.Tunnel
	o := jsonTunnel{
		kind: of("tunnel"), State: t.State, At: jsonTime(n.At), URL: t.URL, Moved: t.URLChanged, Cause: t.Cause, Message: n.Message,
	}
	if !t.Since.IsZero() {
		since := jsonTime(t.Since)
		o.Since = &since
	}
	if t.State == string(tunnel.Ready) {
		o.GapMS = millis(t.Downtime)
	}
	return o
}

package output

import (
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// TunnelState is a change of the tunnel's state, for programs.
type TunnelState struct {
	State      string
	URL        string // where to send events, once it is ready
	Cause      string // why it is down
	Since      time.Time
	Downtime   time.Duration
	URLChanged bool
}

// TunnelNotice converts a state of the tunnel to a notice. what names the provider, and path is the ingress path. ok is
// false if there is nothing to report.
func TunnelNotice(s tunnel.State, what, path string) (n Notice, ok bool) {
	n = Notice{At: s.At, Tunnel: &TunnelState{State: string(s.Kind), Since: s.Since, Downtime: s.Downtime(), URLChanged: s.URLChanged}}
	if s.Cause != nil {
		n.Tunnel.Cause = display.Clean(tunnel.Describe(s.Cause))
	}
	switch {
	case s.NewHostKey != "":
		n.Tunnel = nil
		n.Code, n.Good = "server_key_saved", true
		n.Message = fmt.Sprintf("Saved the key of %s: %s. Any other key will be rejected.", what, s.NewHostKey)
	case s.Kind == tunnel.Connecting && s.Cause != nil:
		n.Code, n.Message = "tunnel_down", fmt.Sprintf("Cannot connect through %s yet: %s. Reconnecting.", what, n.Tunnel.Cause)
	case s.Kind == tunnel.Reconnecting:
		n.Code, n.Message = "tunnel_down", fmt.Sprintf("The tunnel is down: %s. Reconnecting.", n.Tunnel.Cause)
	case s.Kind == tunnel.Ready && (!s.Since.IsZero() || s.URLChanged):
		n.Code, n.Good, n.Tunnel.URL = "tunnel_back", true, s.URL+path
		n.Message, n.Details = tunnelBack(s, s.URL+path)
	default:
		return Notice{}, false
	}
	return n, true
}

// tunnelBack returns how long the tunnel was down, and what happens to missed deliveries.
func tunnelBack(s tunnel.State, url string) (message string, more []string) {
	gap := display.Period(s.Downtime())
	switch {
	case s.Since.IsZero():
		return "The tunnel has a new URL: " + url, []string{"The old URL no longer works: replace it with the new one."}
	case s.URLChanged:
		return fmt.Sprintf("The tunnel is back after %s, with a new URL: %s", gap, url), []string{
			"The old URL no longer works: replace it with the new one.",
			"Deliveries it missed went to the old URL and are not retried here.",
		}
	}
	// Vidiking's schedule (docs: Webhooks, Retry Policy).
	return fmt.Sprintf("The tunnel is back after %s, with the same URL.", gap), []string{"Vidiking retries missed deliveries after 30 s, 2 min, 10 min, 1 h and 6 h."}
}

type jsonTunnel struct {
	kind
	State   string    `json:"state"`
	At      jsonTime  `json:"at"`
	URL     string    `json:"url,omitempty"`
	Moved   bool      `json:"url_changed,omitempty"`
	Cause   string    `json:"cause,omitempty"`
	Since   *jsonTime `json:"since,omitempty"`
	GapMS   float64   `json:"downtime_ms,omitempty"`
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

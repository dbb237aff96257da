package session

import (
	"crypto/subtle"
	"net/url"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Headers between a command and the ingress of a session. They are private to this program. The ingress removes SenderHeader before it
// records a delivery, and adds the other two only to responses to trusted senders.
const (
	SenderHeader   = "Vidiking-Cli-Sender"   // see Sender
	DeliveryHeader = "Vidiking-Cli-Delivery" // the id of the recorded delivery
	StatusHeader   = "Vidiking-Cli-Status"   // the current status of the delivery
)

// Sender is the content of SenderHeader: the origin of a delivery and how to treat it.
type Sender struct {
	Token  string
	Origin webhook.Origin
	Parent webhook.ID // the replayed delivery; empty if there is none
	Target string     // the only target to send to; empty: all targets that the session's routes select
	Host   string     // the Host header of the delivery; empty: the target's
	Probe  bool       // the delivery is a probe
	Expect string     // the expected status codes, such as "401 4xx"; empty: none
}

// String returns the header value. It escapes text like a URL query, because it may contain separators.
func (s Sender) String() string {
	v := "token=" + s.Token + "; origin=" + string(s.Origin)
	for _, f := range []struct{ key, value string }{
		{"parent", string(s.Parent)}, {"target", url.QueryEscape(s.Target)}, {"host", url.QueryEscape(s.Host)}, {"expect", url.QueryEscape(s.Expect)},
	} {
		if f.value != "" {
			v += "; " + f.key + "=" + f.value
		}
	}
	if s.Probe {
		v += "; probe=1"
	}
	return v
}

// ParseSender parses a SenderHeader value. ok is false and the Sender is empty unless the value is well-formed and contains the session's
// token.
func ParseSender(value, token string) (s Sender, ok bool) {
	s = parse(value)
	switch {
	case token == "", subtle.ConstantTimeCompare([]byte(s.Token), []byte(token)) != 1:
		return Sender{}, false
	case s.Origin != webhook.OriginTrigger && s.Origin != webhook.OriginReplay && s.Origin != webhook.OriginEmulator:
		return Sender{}, false
	case s.Parent != "" && !webhook.IsID(string(s.Parent)):
		return Sender{}, false
	}
	return s, true
}

// parse parses a value without checking the token. It returns the zero Sender if a field is unknown, empty or duplicated.
func parse(value string) (s Sender) {
	var seen []string
	for part := range strings.SplitSeq(value, ";") {
		key, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		if v == "" || slices.Contains(seen, key) || !s.set(key, v) {
			return Sender{}
		}
		seen = append(seen, key)
	}
	return s
}

// set sets one field and reports whether its value is valid.
func (s *Sender) set(key, v string) bool {
	var err error
	switch key {
	case "token":
		s.Token = v
	case "origin":
		s.Origin = webhook.Origin(v)
	case "parent":
		s.Parent = webhook.ID(v)
	case "target":
		s.Target, err = url.QueryUnescape(v)
	case "host":
		s.Host, err = url.QueryUnescape(v)
	case "expect":
		s.Expect, err = url.QueryUnescape(v)
	case "probe":
		s.Probe = v == "1"
		return s.Probe
	default:
		return false
	}
	return err == nil
}

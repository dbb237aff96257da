package session

import (
	"crypto/subtle"
	"net/url"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The headers between a command and the ingress of a session. They are this program's own, not the provider's; the ingress takes
// SenderHeader off before it records a delivery, and adds the other two to its answer to a trusted sender only.
const (
	SenderHeader   = "Vidiking-Cli-Sender"   // who sends, and how it is to be treated: see Sender
	DeliveryHeader = "Vidiking-Cli-Delivery" // the id under which the delivery was recorded
	StatusHeader   = "Vidiking-Cli-Status"   // the status it has now
)

// Sender is what SenderHeader says.
type Sender struct {
	Token  string
	Origin webhook.Origin
	Parent webhook.ID // the delivery that is sent again; empty if there is none
	Target string     // send to this target alone; empty: to all that the session's routes name
	Host   string     // the Host header of the delivery; empty: the target's
	Probe  bool       // the delivery is a probe
	Expect string     // the status codes that the user expects, as in "401 4xx"; empty: none in particular
}

// String is the header's value. Texts that may contain a separator are escaped as in a URL's query.
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

// Trust reads a SenderHeader value. ok is false, and nothing of it counts, unless it carries the session's token and is well formed.
func ParseSender(value, token string) (s Sender, ok bool) {
	s = parse(value)
	switch {
	case token == "", subtle.ConstantTimeCompare([]byte(s.Token), []byte(token)) != 1:
		return Sender{}, false
	case s.Origin != webhook.OriginTrigger && s.Origin != webhook.OriginReplay:
		return Sender{}, false
	case s.Parent != "" && !webhook.IsID(string(s.Parent)):
		return Sender{}, false
	}
	return s, true
}

// parse takes a value apart. It returns the zero Sender if a field is unknown, has no value or is there twice.
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

// set takes in one field and reports whether it is well formed.
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

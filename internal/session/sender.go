package session

import (
	"crypto/subtle"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The headers between a command and the ingress of a session. They are this program's own, not the provider's; the ingress takes
// SenderHeader off before it records a delivery, and adds the other two to its answer to a trusted sender only.
const (
	SenderHeader   = "Vidiking-Cli-Sender"   // who sends: token, origin, parent
	DeliveryHeader = "Vidiking-Cli-Delivery" // the id under which the delivery was recorded
	StatusHeader   = "Vidiking-Cli-Status"   // the status it has now
)

// Sender is what SenderHeader says.
type Sender struct {
	Token  string
	Origin webhook.Origin
	Parent webhook.ID // the delivery that is sent again; empty where there is none
}

// String is the header's value.
func (s Sender) String() string {
	v := "token=" + s.Token + "; origin=" + string(s.Origin)
	if s.Parent != "" {
		v += "; parent=" + string(s.Parent)
	}
	return v
}

// Trust reads a SenderHeader value. ok is false, and nothing of it counts, unless it carries the session's token and is well formed.
func Trust(value, token string) (s Sender, ok bool) {
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

// parse takes a value apart. Where a field is unknown, has no value or is there twice, it is nobody's.
func parse(value string) (s Sender) {
	for part := range strings.SplitSeq(value, ";") {
		key, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		var before string
		switch key {
		case "token":
			before, s.Token = s.Token, v
		case "origin":
			before, s.Origin = string(s.Origin), webhook.Origin(v)
		case "parent":
			before, s.Parent = string(s.Parent), webhook.ID(v)
		default:
			return Sender{}
		}
		if v == "" || before != "" {
			return Sender{}
		}
	}
	return s
}

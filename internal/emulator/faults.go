package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// FaultKind is what goes wrong. Vidiking documents none of this.
type FaultKind string

// The faults.
const (
	faultFail      FaultKind = "fail"      // the job fails
	faultSlow      FaultKind = "slow"      // the job takes longer, by By
	faultDuplicate FaultKind = "duplicate" // the delivery is sent twice
	faultReorder   FaultKind = "reorder"   // the delivery is sent after the next event of its job
	faultDelay     FaultKind = "delay"     // the delivery is sent later, by By
	faultCorrupt   FaultKind = "corrupt"   // the signature is for another body
	faultDrop      FaultKind = "drop"      // the first attempt closes the connection in the middle of the body
	faultSecret    FaultKind = "secret"    // retries are signed with another secret
	faultAPI       FaultKind = "api"       // the API responds with Code
	faultAPISlow   FaultKind = "api-slow"  // the API responds later, by By
)

// FaultKinds returns all kinds of faults.
func FaultKinds() []string {
	return []string{
		string(faultFail), string(faultSlow), string(faultDuplicate), string(faultReorder), string(faultDelay), string(faultCorrupt),
		string(faultDrop), string(faultSecret), string(faultAPI), string(faultAPISlow),
	}
}

// Fault is a rule: what goes wrong, and when.
type Fault struct {
	Kind        FaultKind `json:"kind"`
	Event       string    `json:"event,omitempty"`       // a pattern, such as render.*; of an API fault: a path, such as /render
	Nth         int       `json:"nth,omitempty"`         // only the n-th that matches; 0: all
	Probability float64   `json:"probability,omitempty"` // 0: always
	By          string    `json:"by,omitempty"`          // a duration
	Code        int       `json:"code,omitempty"`        // of an API fault; 0: 500
	Error       string    `json:"error,omitempty"`       // of a failed job; empty: a sample text

	by time.Duration
}

// FaultError reports a rule that cannot be used.
type FaultError struct {
	Rule, Msg, Hint string
}

func (e *FaultError) Error() string { return fmt.Sprintf("invalid fault %q: %s", e.Rule, e.Msg) }

// Advice returns what to do about the error.
func (e *FaultError) Advice() string { return e.Hint }

// ParseFault parses a rule such as delay,event=render.complete,nth=2,by=1m. The error is a *FaultError.
func ParseFault(text string) (Fault, error) {
	parts := strings.Split(text, ",")
	f := Fault{Kind: FaultKind(parts[0])}
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(part, "=")
		var err error
		switch name {
		case "event":
			f.Event = value
		case "nth":
			f.Nth, err = strconv.Atoi(value)
		case "probability":
			f.Probability, err = strconv.ParseFloat(value, 64)
		case "by":
			f.By = value
		case "code":
			f.Code, err = strconv.Atoi(value)
		case "error":
			f.Error = value
		default:
			return f, &FaultError{text, fmt.Sprintf("unknown setting %q", name), "use event, nth, probability, by, code or error"}
		}
		if err != nil {
			return f, &FaultError{text, fmt.Sprintf("%s is not a number: %q", name, value), "for example: fail,event=render.complete,nth=2"}
		}
	}
	return f, f.complete(text)
}

// complete checks a rule and fills in its defaults.
func (f *Fault) complete(text string) error {
	if !slices.Contains(FaultKinds(), string(f.Kind)) {
		hint := "use one of " + strings.Join(FaultKinds(), ", ")
		if near := suggest.Closest(string(f.Kind), FaultKinds()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return &FaultError{text, fmt.Sprintf("unknown kind %q", f.Kind), hint}
	}
	f.by = 30 * time.Second
	if f.By != "" {
		by, err := time.ParseDuration(f.By)
		if err != nil || by < 0 {
			return &FaultError{text, fmt.Sprintf("by is not a duration: %q", f.By), "for example: by=90s"}
		}
		f.by = by
	}
	if _, err := path.Match(f.Event, ""); err != nil {
		return &FaultError{text, fmt.Sprintf("event is not a pattern: %q", f.Event), "for example: event=render.*"}
	}
	switch {
	case f.Code == 0:
		f.Code = 500
	case f.Code < 400 || f.Code > 599:
		return &FaultError{text, "code is not an error", "use a code from 400 to 599"}
	}
	if f.Probability < 0 || f.Probability > 1 {
		return &FaultError{text, "probability is not between 0 and 1", "for example: probability=0.1"}
	}
	return nil
}

// faults are the rules of an emulator. Which deliveries a probability selects depends only on the seed and the delivery.
type faults struct {
	seed source

	mu    sync.Mutex
	rules []Fault
	seen  []int // by rule: how many have matched
}

// set replaces the rules.
func (f *faults) set(rules []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules, f.seen = rules, make([]int, len(rules))
}

func (f *faults) list() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.rules)
}

// find returns the rule of a kind that applies to an event, of a subject such as a job or a delivery.
func (f *faults) find(kind FaultKind, event, subject string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, r := range f.rules {
		if r.Kind != kind || r.Event != "" && !matches(r.Event, event) {
			continue
		}
		f.seen[i]++
		if r.Nth > 0 && f.seen[i] != r.Nth {
			continue
		}
		if r.Probability > 0 && f.seed.rand(string(kind)+event+subject, hash(subject)).Float64() >= r.Probability {
			continue
		}
		return r, true
	}
	return Fault{}, false
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	return h.Sum64()
}

func matches(pattern, event string) bool {
	ok, err := path.Match(pattern, event)
	return ok && err == nil
}

// otherSignature signs a body with another secret, in the style of a signature.
func (Fault) otherSignature(like string, body []byte) string {
	style, _ := signature.StyleOf(like)
	return signature.Sign(webhook.SecretFrom("whsec_changed_by_a_fault"), body, style)
}

// dropConnection connects to a target, sends half of a request, and closes the connection.
func dropConnection(ctx context.Context, to dispatch.Target, body []byte) webhook.Attempt {
	a := webhook.Attempt{Target: to.String(), Failure: webhook.FailureReset, Error: "A fault rule of the emulator dropped the connection."}
	host := to.Host()
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(strings.Trim(host, "[]"), "80")
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", host)
	if err != nil {
		return a
	}
	_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		to.Path(), to.Host(), len(body), body[:len(body)/2])
	_ = conn.Close()
	return a
}

var errRules = errors.New("it is not a JSON array of fault rules")

// ReadFaults reads the rules of a file: a JSON array.
func ReadFaults(r io.Reader) ([]Fault, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBodyBytes))
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	return parseFaults(text)
}

// parseFaults parses the rules of a file or a control call.
func parseFaults(text []byte) ([]Fault, error) {
	var rules []Fault
	if err := json.Unmarshal(text, &rules); err != nil {
		return nil, errRules
	}
	for i := range rules {
		if err := rules[i].complete(string(rules[i].Kind)); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

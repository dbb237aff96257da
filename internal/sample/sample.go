package sample

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source makes samples. It is safe for concurrent use if its clock and its random source are.
type Source struct {
	now    func() time.Time
	random io.Reader
}

// New returns a Source that takes times and ids from now and random: the same of both give the same samples.
func New(now func() time.Time, random io.Reader) *Source {
	return &Source{now: now, random: random}
}

// UnknownEventError says that there is no event, or no scenario, of a name.
type UnknownEventError struct {
	Name    string
	Closest string // the event or scenario that was probably meant; empty where none is near
}

func (e *UnknownEventError) Error() string { return "there is no event " + e.Name }

// Payload returns a sample of the event. The error is an *UnknownEventError, or that of the random source.
func (s *Source) Payload(event string) ([]byte, error) {
	if !webhook.IsEvent(event) {
		return nil, unknown(event)
	}
	items, err := s.payloads([]string{event})
	if err != nil {
		return nil, err
	}
	return items[0].Body, nil
}

// Item is one payload of a scenario.
type Item struct {
	Event string
	Body  []byte
}

// Scenario returns the samples of a scenario in their order. What happens to one job has one id; no time is before the one before
// it. The error is an *UnknownEventError, or that of the random source.
func (s *Source) Scenario(name string) ([]Item, error) {
	i := slices.IndexFunc(Scenarios(), func(info ScenarioInfo) bool { return info.Name == name })
	if i < 0 {
		return nil, unknown(name)
	}
	return s.payloads(Scenarios()[i].Events)
}

// tell makes the payloads of events that happen one after the other.
func (s *Source) payloads(events []string) ([]Item, error) {
	items := make([]Item, 0, len(events))
	running := map[string]string{} // the id of the job that has not ended yet, by its prefix
	var last time.Time
	for _, event := range events {
		prefix := idPrefix(event)
		id := running[prefix]
		if id == "" && prefix != "" {
			drawn, err := newID(prefix, s.random)
			if err != nil {
				return nil, err
			}
			id = drawn
			running[prefix] = id
		}
		if endsJob(event) {
			delete(running, prefix)
		}
		if now := s.now(); now.After(last) { // a clock that is set back does not turn the story around
			last = now
		}
		body, err := json.Marshal(payload{event, last.UTC().Format(time.RFC3339), dataOf(event, id)})
		if err != nil { // not of the types in shape.go
			return nil, fmt.Errorf("write a sample of %s: %w", event, err)
		}
		items = append(items, Item{event, body})
	}
	return items, nil
}

// unknown is the error of a name that is neither an event nor a scenario.
func unknown(name string) *UnknownEventError {
	var names []string
	for _, event := range webhook.Events() {
		names = append(names, event.Name)
	}
	for _, scenario := range Scenarios() {
		names = append(names, scenario.Name)
	}
	return &UnknownEventError{Name: name, Closest: suggest.Closest(name, names)}
}

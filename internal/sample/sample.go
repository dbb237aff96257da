package sample

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/suggest"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Source creates samples. It is safe for concurrent use if its clock and random source are.
type Source struct {
	now    func() time.Time
	random io.Reader
}

// New returns a Source that takes times from now and ids from random. The same inputs give the same samples.
func New(now func() time.Time, random io.Reader) *Source {
	return &Source{now: now, random: random}
}

// UnknownEventError reports a name that is neither an event nor a scenario.
type UnknownEventError struct {
	Name    string
	Closest string // the closest event or scenario; empty if there is none
}

func (e *UnknownEventError) Error() string { return fmt.Sprintf("unknown event %q", e.Name) }

// Payload returns a sample of the event. The error is an *UnknownEventError or comes from the random source.
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

// Scenario returns the payloads of a scenario in order. Events of the same job share its id, and timestamps never decrease. The error is
// an *UnknownEventError or comes from the random source.
func (s *Source) Scenario(name string) ([]Item, error) {
	i := slices.IndexFunc(Scenarios(), func(info ScenarioInfo) bool { return info.Name == name })
	if i < 0 {
		return nil, unknown(name)
	}
	return s.payloads(Scenarios()[i].Events)
}

// payloads creates the payloads of consecutive events.
func (s *Source) payloads(events []string) ([]Item, error) {
	items := make([]Item, 0, len(events))
	running := map[string]string{} // ids of unfinished jobs, by prefix
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
		if now := s.now(); now.After(last) { // ignore a clock that is set back
			last = now
		}
		body := fmt.Sprintf(`{"event":"%s","timestamp":"%s","data":%s}`, event, last.UTC().Format(time.RFC3339), dataFor(event, id))
		items = append(items, Item{event, []byte(body)})
	}
	return items, nil
}

// unknown returns the error for an unknown name.
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

package sample

import (
	"slices"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The limits of what an Observer learns. Beyond them, it knows less of a shape, and nothing fails.
const (
	maxObservedDepth  = 16     // objects and arrays nested deeper have their type only
	maxObservedPlaces = 10_000 // places in the payloads of all events; further members are left out

	// An object with more different members than this is taken for a map. Its keys may be values, such as ids, so they are not shown.
	maxObservedMembers = 100
)

// Observer learns the shapes of payloads. It keeps names and types, and never a value. The zero Observer has seen nothing.
type Observer struct {
	events map[string]*observation
	places int // how many observations there are
}

// observation is what was seen at one place of a payload.
type observation struct {
	types   Types
	objects int                     // how many objects were here
	members map[string]*observation // by name; nil if it is a map
	seen    map[string]int          // how many objects had the member
	any     *observation            // the values of a map, all of them together
	items   *observation            // the items of all arrays
}

// Add learns from the payload of an event. It ignores a body that is not JSON.
func (o *Observer) Add(event string, body []byte) {
	body = jsontext.WithoutMark(body)
	if event == "" || !jsontext.Valid(body) {
		return
	}
	at := o.events[event]
	if at == nil {
		if at = o.observation(); at == nil {
			return
		}
		if o.events == nil {
			o.events = map[string]*observation{}
		}
		o.events[event] = at
	}
	s := jsontext.NewScanner(body)
	l := lesson{o, body, &s}
	l.value(at, s.Next(), 0)
}

// observation returns a new one, or nil if there are too many.
func (o *Observer) observation() *observation {
	if o.places == maxObservedPlaces {
		return nil
	}
	o.places++
	return &observation{}
}

// lesson is the reading of one payload.
type lesson struct {
	*Observer
	text []byte
	s    *jsontext.Scanner
}

// value learns from the value that begins with a token. at is nil if there is no room to learn more.
func (l *lesson) value(at *observation, t jsontext.Token, depth int) {
	of := typeOf(l.text, t)
	if at != nil {
		at.types |= of
	}
	switch {
	case of != Object && of != Array:
	case at == nil || depth == maxObservedDepth:
		l.s.Skip(t)
	case of == Object:
		l.object(at, depth)
	default:
		l.array(at, depth)
	}
}

func (l *lesson) array(at *observation, depth int) {
	for t := l.s.Next(); t.Kind != jsontext.Close; t = l.s.Next() {
		if at.items == nil {
			at.items = l.observation()
		}
		l.value(at.items, t, depth+1)
	}
}

func (l *lesson) object(at *observation, depth int) {
	at.objects++
	here := map[string]bool{} // counts duplicate members once
	for t := l.s.Next(); t.Kind != jsontext.Close; t = l.s.Next() {
		name := jsontext.Unquote(l.text[t.From:t.To])
		member := l.member(at, name)
		if !here[name] && at.members[name] != nil {
			at.seen[name]++
		}
		here[name] = true
		l.value(member, l.s.Next(), depth+1)
	}
}

// member returns the observation of an object's member, a new one if it was not seen before. It is nil if there is no room.
func (o *Observer) member(at *observation, name string) *observation {
	if at.any != nil {
		return at.any
	}
	if m := at.members[name]; m != nil {
		return m
	}
	if len(at.members) == maxObservedMembers {
		o.makeMap(at)
		return at.any
	}
	m := o.observation()
	if m == nil {
		return nil
	}
	if at.members == nil {
		at.members, at.seen = map[string]*observation{}, map[string]int{}
	}
	at.members[name] = m
	return m
}

// makeMap turns an object with many members into a map.
func (o *Observer) makeMap(at *observation) {
	at.any = &observation{}
	for _, name := range sortedNames(at.members) {
		o.merge(at.any, at.members[name])
	}
	at.members, at.seen = nil, nil
}

// merge adds what was seen at another place.
func (o *Observer) merge(at, other *observation) {
	at.types |= other.types
	at.objects += other.objects
	if other.items != nil {
		if at.items == nil {
			at.items = &observation{}
		}
		o.merge(at.items, other.items)
	}
	if other.any != nil {
		if at.any == nil {
			o.makeMap(at)
		}
		o.merge(at.any, other.any)
	}
	for _, name := range sortedNames(other.members) {
		if m := o.member(at, name); m != nil {
			o.merge(m, other.members[name])
		}
		if at.members[name] != nil {
			at.seen[name] += other.seen[name]
		}
	}
}

// typeOf returns the type of the value that begins with a token.
func typeOf(text []byte, t jsontext.Token) Types {
	switch first := text[t.From]; {
	case t.Kind == jsontext.String:
		return String
	case t.Kind == jsontext.Number:
		return Number
	case first == '{':
		return Object
	case first == '[':
		return Array
	case first == 'n':
		return Null
	default:
		return Boolean
	}
}

// With returns the events with everything that was observed: more types and members of documented events, followed by the events that
// are not documented, in alphabetical order.
func (o *Observer) With(events []Event) []Event {
	var all []Event
	for _, e := range events {
		if seen := o.events[e.Name]; seen != nil {
			e.Payload = seen.with(e.Payload)
		}
		all = append(all, e)
	}
	for _, name := range sortedNames(o.events) {
		if !webhook.IsEvent(name) {
			all = append(all, Event{Name: name, Payload: o.events[name].with(payloadOf(name))})
		}
	}
	return all
}

// HasSeen reports whether there was a payload of the event.
func (o *Observer) HasSeen(event string) bool { return o.events[event] != nil }

// with returns a known shape with everything that was observed of it.
func (o *observation) with(s Shape) Shape {
	s.Types |= o.types
	if o.items != nil {
		var known Shape
		if s.Items != nil {
			known = *s.Items
		}
		items := o.items.with(known)
		s.Items = &items
	}
	if o.any != nil {
		every := o.any.with(Shape{})
		s.Any = &every
	}
	fields := slices.Clone(s.Fields)
	for i, f := range fields {
		if seen := o.members[f.Name]; seen != nil {
			fields[i].Shape, fields[i].Seen = seen.with(f.Shape), o.seen[f.Name]
		}
		fields[i].Of = o.objects
	}
	for _, name := range sortedNames(o.members) {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Name == name }) {
			fields = append(fields, Field{Name: name, Basis: Observed, Seen: o.seen[name], Of: o.objects, Shape: o.members[name].with(Shape{})})
		}
	}
	s.Fields = fields
	return s
}

func sortedNames[T any](m map[string]T) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

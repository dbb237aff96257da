package filter

import (
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Filter selects deliveries. It never changes, and any number of goroutines may use it. The zero Filter selects all.
type Filter struct {
	terms []Term
}

// Term is one condition of a filter: that the delivery has one of the values, or, with Not, none of them.
type Term struct {
	Key    Key
	Not    bool
	Values []Value // never empty
}

// Value is one of a term's values. Which field says what it selects depends on the kind of the key.
type Value struct {
	Name      string // Names: as the delivery has it; Patterns: the pattern; Beginnings: the beginning
	Low, High int64  // Numbers: both are within; nothing is where Low > High
	Text      Text   // Texts

	written string // as String writes it, but for quotes
}

// Parse reads a filter as people write it. Times in it are relative to now, and local to loc. What is wrong is an *Error.
func Parse(text string, now time.Time, loc *time.Location) (Filter, error) {
	p := parser{source: text, now: now, loc: loc}
	f, err := p.filter()
	if err != nil {
		return Filter{}, err
	}
	return f, nil
}

// ForKey is the filter of one term, from values that are taken as they are, without a need of quotes or a meaning of commas. What is wrong
// with one is an *Error, whose text is that value alone.
func ForKey(key Key, now time.Time, loc *time.Location, values ...string) (Filter, error) {
	var read []Value
	for _, value := range values {
		p := parser{source: value, now: now, loc: loc}
		v, err := p.value(key, piece{text: value, to: len(value)})
		if err != nil {
			return Filter{}, err
		}
		read = append(read, v)
	}
	return one(key, read), nil
}

// Failed selects the deliveries whose Summary.Failed().
func Failed() Filter { return one(Status, []Value{named(FailedName)}) }

// WithStatus selects the deliveries of any of these statuses; of none, all.
func WithStatus(statuses ...webhook.Status) Filter {
	var values []Value
	for _, s := range statuses {
		values = append(values, named(string(s)))
	}
	return one(Status, values)
}

// WithEvent selects the deliveries whose event any of these patterns matches; of none, all.
func WithEvent(patterns ...string) Filter {
	var values []Value
	for _, p := range patterns {
		values = append(values, Value{Name: p, written: p})
	}
	return one(Event, values)
}

// ReceivedSince selects the deliveries that were received from then on; since the zero time, all.
func ReceivedSince(t time.Time) Filter {
	if t.IsZero() {
		return Filter{}
	}
	return one(Since, []Value{moment(Since, t, t.Format(time.RFC3339Nano))})
}

func one(k Key, values []Value) Filter {
	if len(values) == 0 {
		return Filter{}
	}
	return Filter{terms: []Term{{Key: k, Values: values}}}
}

// And selects what all of the filters select.
func (f Filter) And(others ...Filter) Filter {
	terms := slices.Clone(f.terms)
	for _, o := range others {
		terms = append(terms, o.terms...)
	}
	return Filter{terms: terms}
}

// IsZero reports whether the filter selects all because it has no terms.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// Terms returns the conditions, all of which must hold. They must not be changed.
func (f Filter) Terms() []Term { return f.terms }

// NeedsContent reports whether a Summary is not enough for Match: the filter looks at header, body or attempts.
func (f Filter) NeedsContent() bool {
	return slices.ContainsFunc(f.terms, func(t Term) bool {
		return t.Key.Kind() == Texts && t.Key != About
	})
}

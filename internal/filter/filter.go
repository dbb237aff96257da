package filter

import (
	"slices"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Filter selects deliveries. It is immutable and safe for concurrent use. The zero Filter selects all.
type Filter struct {
	terms []Term
}

// Term is one condition of a filter: the delivery has one of the values or, if Not is set, none of them.
type Term struct {
	Key    Key
	Not    bool
	Values []Value // never empty
}

// Value is one value of a term. The kind of the key determines which field is set.
type Value struct {
	Name      string // Names: the name; Patterns: the pattern; Prefixes: the prefix
	Low, High int64  // Numbers: an inclusive range, empty if Low > High
	Text      Text   // Texts

	written string // as String writes it, without quotes
}

// Parse parses a filter. Times in it are relative to now and in the time zone loc. Parse returns an *Error for an invalid filter.
func Parse(text string, now time.Time, loc *time.Location) (Filter, error) {
	p := parser{source: text, now: now, loc: loc}
	f, err := p.filter()
	if err != nil {
		return Filter{}, err
	}
	return f, nil
}

// ForKey returns a filter with one term. It uses the values unchanged, so they need no quotes and may contain commas. It returns an *Error
// for an invalid value; the text of the error is only that value.
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

// Failed returns a filter for failed deliveries (see webhook.Summary.Failed).
func Failed() Filter { return one(Status, []Value{named(FailedName)}) }

// WithStatus returns a filter for deliveries with any of the statuses. Without statuses it selects all.
func WithStatus(statuses ...webhook.Status) Filter {
	var values []Value
	for _, s := range statuses {
		values = append(values, named(string(s)))
	}
	return one(Status, values)
}

// WithEvent returns a filter for deliveries whose event matches any of the patterns. Without patterns it selects all.
func WithEvent(patterns ...string) Filter {
	var values []Value
	for _, p := range patterns {
		values = append(values, Value{Name: p, written: p})
	}
	return one(Event, values)
}

// ReceivedSince returns a filter for deliveries received at or after t. For the zero time it selects all.
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

// And returns a filter for deliveries that all of the filters select.
func (f Filter) And(others ...Filter) Filter {
	terms := slices.Clone(f.terms)
	for _, o := range others {
		terms = append(terms, o.terms...)
	}
	return Filter{terms: terms}
}

// IsZero reports whether the filter has no terms and therefore selects all.
func (f Filter) IsZero() bool { return len(f.terms) == 0 }

// Terms returns the conditions, all of which must hold. Callers must not modify them.
func (f Filter) Terms() []Term { return f.terms }

// NeedsContent reports whether Match needs headers, body or attempts in addition to the Summary.
func (f Filter) NeedsContent() bool {
	return slices.ContainsFunc(f.terms, func(t Term) bool {
		return t.Key.Kind() == Texts && t.Key != About
	})
}

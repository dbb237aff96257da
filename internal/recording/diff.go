package recording

import (
	"bytes"
	"net/textproto"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Difference describes how two deliveries and their latest responses differ.
type Difference struct {
	Request  []HeaderChange // including the path below the ingress path, the query and the Host
	Headers  []HeaderChange
	Unknown  []string // headers that are masked in one of the two and cannot be compared
	Body     BodyDifference
	Response *ResponseDifference // nil if neither has an attempt
}

// HeaderChange is a header that only one of the two has, or that has different values.
type HeaderChange struct {
	Name          string
	Before, After []string // all values in order; nil if there is no such header
}

// ResponseDifference describes how the latest responses differ.
type ResponseDifference struct {
	Before, After *webhook.Attempt // nil if there is none
	Headers       []HeaderChange   // without Date, which always differs
	Unknown       []string
	Body          BodyDifference
}

// SameOutcome reports whether both attempts have the same code or the same failure.
func (a ResponseDifference) SameOutcome() bool {
	return a.Before != nil && a.After != nil && a.Before.Code == a.After.Code && a.Before.Failure == a.After.Failure
}

// Same reports whether the responses are equal.
func (a ResponseDifference) Same() bool {
	return a.SameOutcome() && len(a.Headers) == 0 && a.Body.Same()
}

// Same reports whether the deliveries are equal.
func (d Difference) Same() bool {
	return len(d.Request) == 0 && len(d.Headers) == 0 && d.Body.Same() && (d.Response == nil || d.Response.Same())
}

// Diff compares two deliveries.
func Diff(before, after webhook.Delivery) Difference {
	d := Difference{Body: DiffBodies(before.Body, after.Body)}
	d.Request = diffRequests(before.Summary, after.Summary)
	d.Headers, d.Unknown = diffHeaders(before.Header, after.Header, slices.Concat(before.Masked, after.Masked))
	if len(before.History)+len(after.History) > 0 {
		d.Response = diffResponses(latest(before), latest(after))
	}
	return d
}

// diffRequests ignores masked values.
func diffRequests(before, after webhook.Summary) (changes []HeaderChange) {
	masked := slices.Concat(before.MaskedQuery, after.MaskedQuery)
	for _, c := range []struct{ name, before, after string }{
		{"path", before.Rest, after.Rest},
		{"query", webhook.WithoutParameters(before.Query, masked), webhook.WithoutParameters(after.Query, masked)},
		{"host", before.Host, after.Host},
	} {
		if c.before != c.after {
			changes = append(changes, HeaderChange{c.name, nonEmpty(c.before), nonEmpty(c.after)})
		}
	}
	return changes
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func latest(d webhook.Delivery) *webhook.Attempt {
	if len(d.History) == 0 {
		return nil
	}
	return &d.History[len(d.History)-1]
}

func diffResponses(before, after *webhook.Attempt) *ResponseDifference {
	d := &ResponseDifference{Before: before, After: after, Body: DiffBodies(nil, nil)}
	if before == nil || after == nil {
		return d
	}
	d.Headers, d.Unknown = diffHeaders(before.Header.Without("Date"), after.Header.Without("Date"), slices.Concat(before.Masked, after.Masked))
	d.Body = DiffBodies(before.Response, after.Response)
	return d
}

// diffHeaders compares all values by name, ignoring the case of names. Names are sorted.
func diffHeaders(before, after webhook.Header, masked []string) (changes []HeaderChange, unknown []string) {
	one, other := valuesByName(before), valuesByName(after)
	var names []string
	for _, f := range slices.Concat(before, after) {
		names = append(names, textproto.CanonicalMIMEHeaderKey(f.Name))
	}
	slices.Sort(names)
	for i := range masked {
		masked[i] = textproto.CanonicalMIMEHeaderKey(masked[i])
	}
	for _, name := range slices.Compact(names) {
		switch {
		case slices.Contains(masked, name):
			unknown = append(unknown, name)
		case !slices.Equal(one[name], other[name]):
			changes = append(changes, HeaderChange{name, one[name], other[name]})
		}
	}
	return changes, unknown
}

func valuesByName(h webhook.Header) map[string][]string {
	values := make(map[string][]string, len(h))
	for _, f := range h {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		values[name] = append(values[name], f.Value)
	}
	return values
}

// BodyDifference describes how two bodies differ. For JSON it distinguishes values, the order of names and formatting. For anything else it
// has the offset of the first difference.
type BodyDifference struct {
	BeforeBytes, AfterBytes int64
	Offset                  int64 // of the first byte that differs; -1 if none does

	JSON      bool // both are JSON and were compared by path
	Values    []ValueChange
	Reordered []string // paths of objects with the same names in a different order
}

// ValueChange is a value that only one of the two has, or that differs.
type ValueChange struct {
	Path          string // "" for the whole body
	Before, After []byte // compact JSON; nil if there is no value
}

// Same reports whether the bytes are equal.
func (b BodyDifference) Same() bool { return b.Offset < 0 }

// Rewritten reports whether the bodies have equal values in different bytes: other white space, escapes or duplicate names. This is enough
// to invalidate a signature.
func (b BodyDifference) Rewritten() bool {
	return !b.Same() && b.JSON && len(b.Values) == 0 && len(b.Reordered) == 0
}

// DiffBodies compares two bodies.
func DiffBodies(before, after []byte) BodyDifference {
	d := BodyDifference{BeforeBytes: int64(len(before)), AfterBytes: int64(len(after)), Offset: firstDifference(before, after)}
	if d.Same() {
		return d
	}
	one, ok1 := parseTree(before)
	other, ok2 := parseTree(after)
	if d.JSON = ok1 && ok2; d.JSON {
		d.compare("", one, other)
	}
	return d
}

func firstDifference(a, b []byte) int64 {
	if bytes.Equal(a, b) {
		return -1
	}
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return int64(i)
		}
	}
	return int64(n)
}

// compare adds the differences between two values at a path. jsontext limits the depth of the values.
func (b *BodyDifference) compare(path string, one, other *tree) {
	switch {
	case one.kind != other.kind:
		b.change(path, one, other)
	case one.kind == '{':
		b.compareObjects(path, one, other)
	case one.kind == '[':
		for i := range max(len(one.elements), len(other.elements)) {
			b.compareOptional(jsontext.PathToItem(path, i), one.element(i), other.element(i))
		}
	case one.scalar != other.scalar:
		b.change(path, one, other)
	}
}

func (b *BodyDifference) compareObjects(path string, one, other *tree) {
	for _, name := range one.names {
		b.compareOptional(jsontext.PathTo(path, name), one.members[name], other.members[name])
	}
	for _, name := range other.names {
		if one.members[name] == nil {
			b.change(jsontext.PathTo(path, name), nil, other.members[name])
		}
	}
	if !slices.Equal(sharedNames(one, other), sharedNames(other, one)) {
		b.Reordered = append(b.Reordered, path)
	}
}

// sharedNames returns the names that both have, in the order of one.
func sharedNames(one, other *tree) []string {
	return slices.DeleteFunc(slices.Clone(one.names), func(name string) bool { return other.members[name] == nil })
}

func (b *BodyDifference) compareOptional(path string, one, other *tree) {
	if one == nil || other == nil {
		b.change(path, one, other)
		return
	}
	b.compare(path, one, other)
}

func (b *BodyDifference) change(path string, one, other *tree) {
	b.Values = append(b.Values, ValueChange{path, one.text(), other.text()})
}

package recording

import (
	"bytes"
	"net/textproto"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Difference is in what two deliveries differ: in what came, and in what the handler answered at last.
type Difference struct {
	Request  []HeaderChange // the path below the ingress path, the query and the Host that was given
	Headers  []HeaderChange
	Unknown  []string // headers that one of the two has masked, so that nobody can tell
	Body     BodyDifference
	Response *ResponseDifference // nil where neither has an attempt
}

// HeaderChange is a header that one of the two has and the other has not, or has with other values.
type HeaderChange struct {
	Name          string
	Before, After []string // all values in order; nil where there is no such header
}

// ResponseDifference is in what the latest answers differ.
type ResponseDifference struct {
	Before, After *webhook.Attempt // nil where there was none
	Headers       []HeaderChange   // without Date, which always differs and says nothing
	Unknown       []string
	Body          BodyDifference
}

// SameOutcome reports whether both attempts ended alike: the same code, or the same failure.
func (a ResponseDifference) SameOutcome() bool {
	return a.Before != nil && a.After != nil && a.Before.Code == a.After.Code && a.Before.Failure == a.After.Failure
}

// Same reports whether the answers are the same.
func (a ResponseDifference) Same() bool {
	return a.SameOutcome() && len(a.Headers) == 0 && a.Body.Same()
}

// Same reports whether nothing differs.
func (d Difference) Same() bool {
	return len(d.Request) == 0 && len(d.Headers) == 0 && d.Body.Same() && (d.Response == nil || d.Response.Same())
}

// Diff compares two deliveries.
func Diff(before, after webhook.Delivery) Difference {
	d := Difference{Body: DiffBodies(before.Body, after.Body)}
	d.Request = diffRequests(before.Summary, after.Summary)
	d.Headers, d.Unknown = diffHeaders(before.Header, after.Header, slices.Concat(before.Masked, after.Masked))
	if len(before.History)+len(after.History) > 0 {
		d.Response = diffAnswers(latest(before), latest(after))
	}
	return d
}

// diffRequests leaves out what one of the two has masked.
func diffRequests(before, after webhook.Summary) (changes []HeaderChange) {
	masked := slices.Concat(before.MaskedQuery, after.MaskedQuery)
	for _, c := range []struct{ name, before, after string }{
		{"path", before.Rest, after.Rest},
		{"query", webhook.WithoutParameters(before.Query, masked), webhook.WithoutParameters(after.Query, masked)},
		{"host", before.Host, after.Host},
	} {
		if c.before != c.after {
			changes = append(changes, HeaderChange{c.name, unlessEmpty(c.before), unlessEmpty(c.after)})
		}
	}
	return changes
}

func unlessEmpty(s string) []string {
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

func diffAnswers(before, after *webhook.Attempt) *ResponseDifference {
	d := &ResponseDifference{Before: before, After: after, Body: DiffBodies(nil, nil)}
	if before == nil || after == nil {
		return d
	}
	d.Headers, d.Unknown = diffHeaders(before.Header.Without("Date"), after.Header.Without("Date"), slices.Concat(before.Masked, after.Masked))
	d.Body = DiffBodies(before.Response, after.Response)
	return d
}

// diffHeaders compares by name, whatever its case, with all values in their order. Names are in order.
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

// BodyDifference is in what two bodies differ. Of JSON it tells values, the order of names and the way of writing apart; of anything else,
// where the bytes begin to differ.
type BodyDifference struct {
	BeforeBytes, AfterBytes int64
	Offset                  int64 // of the first byte that differs, -1 where none does

	JSON      bool // both are JSON, and were compared by path
	Values    []ValueChange
	Reordered []string // paths of objects that have the same names in another order
}

// ValueChange is a value that one of the two has and the other has not, or another one there.
type ValueChange struct {
	Path          string // "" is the whole
	Before, After []byte // JSON as it is written, without white space; nil where there is none
}

// Same reports whether the bytes are the same.
func (b BodyDifference) Same() bool { return b.Offset < 0 }

// Rewritten reports whether both say the same, and their bytes differ even so: by white space, escapes, or names that come twice. That
// is enough for a signature not to match.
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

// compare adds in what two values at a path differ. They are not nested more deeply than encoding/json reads.
func (b *BodyDifference) compare(path string, one, other *tree) {
	switch {
	case one.kind != other.kind:
		b.change(path, one, other)
	case one.kind == '{':
		b.compareObjects(path, one, other)
	case one.kind == '[':
		for i := range max(len(one.elements), len(other.elements)) {
			b.compareMaybe(jsontext.PathToItem(path, i), one.element(i), other.element(i))
		}
	case one.scalar != other.scalar:
		b.change(path, one, other)
	}
}

func (b *BodyDifference) compareObjects(path string, one, other *tree) {
	for _, name := range one.names {
		b.compareMaybe(jsontext.PathTo(path, name), one.members[name], other.members[name])
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

// sharedNames is the names of one that the other has too, in one's order.
func sharedNames(one, other *tree) []string {
	return slices.DeleteFunc(slices.Clone(one.names), func(name string) bool { return other.members[name] == nil })
}

func (b *BodyDifference) compareMaybe(path string, one, other *tree) {
	if one == nil || other == nil {
		b.change(path, one, other)
		return
	}
	b.compare(path, one, other)
}

func (b *BodyDifference) change(path string, one, other *tree) {
	b.Values = append(b.Values, ValueChange{path, one.text(), other.text()})
}

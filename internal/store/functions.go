package store

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The SQL functions with which a query asks the filter. Their first argument is a sqlite.Pointer, so it is not converted for each row.

// texts are alternatives: one of them must be found.
type texts []filter.Text

func (t texts) in(b []byte) bool {
	return slices.ContainsFunc(t, func(x filter.Text) bool { return x.In(b) })
}

// pattern is a pattern of event names.
type pattern string

func functions() []sqlite.Function {
	return []sqlite.Function{
		{Name: "has_text", Arity: -1, Match: hasText},
		{Name: "has_header", Arity: 2, Match: hasHeader},
		{Name: "like_event", Arity: 2, Match: likeEvent},
	}
}

func aggregates() []sqlite.Aggregate {
	return []sqlite.Aggregate{{Name: "has_across", Arity: 3, New: func() sqlite.Aggregator { return &across{} }}}
}

// hasText reports whether one of the texts is in one of the columns.
func hasText(args sqlite.Args) bool {
	t, _ := args.Pointer(0).(texts)
	for i := 1; i < len(args); i++ {
		if t.in(args.Bytes(i)) {
			return true
		}
	}
	return false
}

// hasHeader reports whether one of the texts is in one of the fields of a header that encodeHeader wrote.
func hasHeader(args sqlite.Args) bool {
	t, _ := args.Pointer(0).(texts)
	encoded := args.Bytes(1)
	return slices.ContainsFunc(t, func(x filter.Text) bool { return inHeader(x, encoded) })
}

// inHeader decodes the header only if it must: a text within one name or value also occurs in the encoded bytes.
func inHeader(t filter.Text, encoded []byte) bool {
	if !t.SpansFields() && !t.In(encoded) {
		return false
	}
	for len(encoded) > 0 {
		var name, value []byte
		if name, encoded = cutBytes(encoded); encoded == nil {
			return false
		}
		if value, encoded = cutBytes(encoded); encoded == nil {
			return false
		}
		if t.InField(name, value) {
			return true
		}
	}
	return false
}

// cutBytes is cutText without a copy. It returns a nil rest if b is damaged; code that reads the whole header reports that.
func cutBytes(b []byte) (s, rest []byte) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil
	}
	end := n + int(size)
	return b[n:end], b[end:]
}

func likeEvent(args sqlite.Args) bool {
	p, _ := args.Pointer(0).(pattern)
	return webhook.EventMatches(string(p), string(args.Bytes(1)))
}

// across reports whether one of the texts is in the parts of a body together, also across the boundary of two parts. The parts arrive in
// order, though SQL does not promise that (and a pointer does not survive an ORDER BY). If they ever do not, across returns an error and
// no wrong result.
type across struct {
	next  int64  // the number of the next part
	kept  []byte // the end of the part before it
	found bool
}

// Step searches one part, and the boundary before it.
func (a *across) Step(args sqlite.Args) error {
	if args.Int(1) != a.next {
		return fmt.Errorf("%w: the parts of a body are out of order", ErrCorrupt)
	}
	a.next++
	if a.found {
		return nil
	}
	t, _ := args.Pointer(0).(texts)
	part := args.Bytes(2)
	overlap := 0
	for _, x := range t {
		overlap = max(overlap, x.Overlap())
	}
	boundary := append(a.kept, part[:min(len(part), overlap)]...)
	a.found = t.in(part) || t.in(boundary)
	if len(part) < overlap {
		a.kept = boundary[max(0, len(boundary)-overlap):]
		return nil
	}
	a.kept = append(boundary[:0], part[len(part)-overlap:]...)
	return nil
}

// Match reports the result.
func (a *across) Match() bool { return a.found }

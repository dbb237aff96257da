package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// What SQL asks the filter itself. The first argument of each is bound as a pointer, so nothing is made of it for each row; the others are
// read where SQLite has them. A text is taken as the bytes that it is, for SQLite's own functions stop at a NUL.

// texts are alternatives.
type texts []filter.Text

func (t texts) in(b []byte) bool {
	return slices.ContainsFunc(t, func(x filter.Text) bool { return x.In(b) })
}

// pattern is one of events.
type pattern string

func addFunctions(c *sqlite3.Conn) error {
	const flags = sqlite3.DETERMINISTIC | sqlite3.INNOCUOUS
	return errors.Join(
		c.CreateFunction("has_text", -1, flags, hasText),
		c.CreateFunction("has_header", 2, flags, hasHeader),
		c.CreateFunction("like_event", 2, flags, likeEvent),
		c.CreateWindowFunction("has_across", 3, flags, func() sqlite3.AggregateFunction { return &across{} }),
	)
}

// hasText reports whether one of the texts is in one of the columns.
func hasText(ctx sqlite3.Context, args ...sqlite3.Value) {
	t, _ := args[0].Pointer().(texts)
	ctx.ResultBool(slices.ContainsFunc(args[1:], func(v sqlite3.Value) bool { return t.in(v.RawBlob()) }))
}

// hasHeader reports whether one of the texts is in one of the lines of a header as encodeHeader writes it.
func hasHeader(ctx sqlite3.Context, args ...sqlite3.Value) {
	t, _ := args[0].Pointer().(texts)
	encoded := args[1].RawBlob()
	ctx.ResultBool(slices.ContainsFunc(t, func(x filter.Text) bool { return inHeader(x, encoded) }))
}

// inHeader decodes only where it must: a text within one name or value is in the encoded bytes, too.
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

// cutBytes is cutText without a copy. The rest is nil where b does not decode, which is said by whoever reads the header.
func cutBytes(b []byte) (s, rest []byte) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil
	}
	end := n + int(size)
	return b[n:end], b[end:]
}

func likeEvent(ctx sqlite3.Context, args ...sqlite3.Value) {
	p, _ := args[0].Pointer().(pattern)
	ctx.ResultBool(webhook.EventMatches(string(p), string(args[1].RawBlob())))
}

// across reports whether one of the texts is in what pieces are together. They come in order, though SQL does not promise it (and a
// pointer does not outlive an ORDER BY); should they ever not, that is an error, and no wrong answer.
type across struct {
	next  int64  // the number that the next piece has
	kept  []byte // the end of what was there before
	found bool
}

// Step looks into a piece, and across the seam before it.
func (a *across) Step(ctx sqlite3.Context, args ...sqlite3.Value) {
	if args[1].Int64() != a.next {
		ctx.ResultError(fmt.Errorf("%w: the pieces of a body are not in order", ErrCorrupt))
		return
	}
	a.next++
	if a.found {
		return
	}
	t, _ := args[0].Pointer().(texts)
	piece := args[2].RawBlob()
	overlap := 0
	for _, x := range t {
		overlap = max(overlap, x.Overlap())
	}
	seam := append(a.kept, piece[:min(len(piece), overlap)]...)
	a.found = t.in(piece) || t.in(seam)
	if len(piece) < overlap {
		a.kept = seam[max(0, len(seam)-overlap):]
		return
	}
	a.kept = append(seam[:0], piece[len(piece)-overlap:]...)
}

// Value is what came of it.
func (a *across) Value(ctx sqlite3.Context) { ctx.ResultBool(a.found) }

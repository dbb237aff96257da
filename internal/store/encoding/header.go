// Package encoding defines how the delivery log writes values as bytes: headers and names in a column, and the fields of an entry of the
// journal.
package encoding

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// PartBytes is how much of a body is in one row. A connection keeps twice that much memory.
const PartBytes = 256 << 10

// EncodeHeader encodes the fields in order, each name and each value after its length. JSON would change header values that are not
// valid UTF-8.
func EncodeHeader(h webhook.Header) []byte {
	size := 0
	for _, f := range h {
		size += len(f.Name) + len(f.Value) + 2*binary.MaxVarintLen32
	}
	b := make([]byte, 0, size)
	for _, f := range h {
		b = appendString(b, f.Name)
		b = appendString(b, f.Value)
	}
	return b
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// DecodeHeader decodes the result of EncodeHeader.
func DecodeHeader(b []byte) (webhook.Header, error) {
	var h webhook.Header
	for len(b) > 0 {
		name, rest := CutString(b)
		value, rest := CutString(rest)
		if rest == nil {
			return nil, fmt.Errorf("%w: a header cannot be decoded", sqlite.ErrCorrupt)
		}
		h = append(h, webhook.Field{Name: string(name), Value: string(value)})
		b = rest
	}
	return h, nil
}

// CutString cuts the first string off an encoded header, without copying it. The rest is nil if b is damaged.
func CutString(b []byte) (s, rest []byte) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, nil
	}
	end := n + int(size)
	return b[n:end], b[end:]
}

// JoinNames joins header names with line breaks. A name is a token (RFC 9110, 5.1), which cannot contain one.
func JoinNames(names []string) string { return strings.Join(names, "\n") }

// SplitNames splits the result of JoinNames.
func SplitNames(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

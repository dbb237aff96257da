package store

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// encodeHeader writes the fields in order, each name and each value with its length before it. JSON would not do: a header value
// may hold bytes that are no UTF-8.
func encodeHeader(h webhook.Header) []byte {
	size := 0
	for _, f := range h {
		size += len(f.Name) + len(f.Value) + 2*binary.MaxVarintLen32
	}
	b := make([]byte, 0, size)
	for _, f := range h {
		b = appendText(b, f.Name)
		b = appendText(b, f.Value)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// decodeHeader reads what encodeHeader wrote.
func decodeHeader(b []byte) (webhook.Header, error) {
	var h webhook.Header
	for len(b) > 0 {
		var f webhook.Field
		var ok1, ok2 bool
		f.Name, b, ok1 = cutText(b)
		f.Value, b, ok2 = cutText(b)
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("%w: a header does not decode", ErrCorrupt)
		}
		h = append(h, f)
	}
	return h, nil
}

func cutText(b []byte) (s string, rest []byte, ok bool) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return "", nil, false
	}
	end := n + int(size)
	return string(b[n:end]), b[end:], true
}

// joinNames writes header names one a line. A name is a token (RFC 9110, 5.1), so no line end is in it.
func joinNames(names []string) string { return strings.Join(names, "\n") }

// splitNames reads what joinNames wrote.
func splitNames(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

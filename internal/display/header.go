package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// nameCells is how wide the column of names in Headers gets at most.
const nameCells = 32

// signatureCells is how much of a signature's digest is shown: enough to compare two by eye.
const signatureCells = 29

// Headers are header lines as a table: names dim and padded to the longest, values cut in the middle, signatures even where
// there is room. Unbounded, nothing is cut.
func Headers(h webhook.Header, st Style) []Line {
	names := make([]string, len(h))
	widest := 0
	for i, f := range h {
		names[i] = st.outside(f.Name, nameCells)
		widest = max(widest, Width(names[i]))
	}
	cells, _ := st.room()
	room := max(cells-widest-2, minRoom)
	lines := make([]Line, len(h))
	for i, f := range h {
		value := st.outside(f.Value, room)
		if st.Width > 0 && strings.EqualFold(f.Name, webhook.SignatureHeader) {
			value = st.signature(f.Value, room)
		}
		lines[i] = table([]column{
			{0, widest, false, Line{{names[i], Dim}}},
			{2, 0, false, Line(nil).add(value, Plain)},
		})
	}
	return lines
}

// signature shortens the digest, once, and leaves what stands before it.
func (st Style) signature(value string, room int) string {
	prefix := ""
	if digest, ok := strings.CutPrefix(value, prefixed); ok {
		prefix, value = prefixed, digest
	}
	return prefix + st.outside(value, min(signatureCells, room-len(prefix)))
}

// Value is outside text that stands alone on a line, clean, and cut in the middle where the style has a bound.
func Value(s string, st Style) string {
	cells, _ := st.room()
	return st.outside(s, cells)
}

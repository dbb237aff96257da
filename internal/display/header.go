package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// prefixed is the prefix of one of the two forms of the signature header (docs: Webhooks, Verifying Signatures).
const prefixed = "sha256="

// nameCells is the maximum width of the column of header names.
const nameCells = 32

// signatureCells is the shown length of a signature's digest: enough to compare two by eye.
const signatureCells = 29

// Headers formats headers as a table: names are dim and aligned, values are truncated in the middle. Signatures are
// always shortened. If the width is unbounded, nothing is truncated.
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

// signature shortens the digest of a signature and keeps its prefix.
func (st Style) signature(value string, room int) string {
	prefix := ""
	if digest, ok := strings.CutPrefix(value, prefixed); ok {
		prefix, value = prefixed, digest
	}
	return prefix + st.outside(value, min(signatureCells, room-len(prefix)))
}

// Value cleans outside text for its own line and truncates it in the middle to fit.
func Value(s string, st Style) string {
	cells, _ := st.room()
	return st.outside(s, cells)
}

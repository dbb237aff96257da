package draw

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/display"
)

func FuzzLinesHaveTheRequestedWidth(f *testing.F) {
	f.Add("abc", "世界", 4)
	f.Add("", "e\u0301\u0301", 1)
	f.Fuzz(func(t *testing.T, a, b string, cells int) {
		cells = max(min(cells, 200), 0)
		for _, st := range []display.Style{{UTF8: true}, {}} {
			l := Text(st.Clean(a)).Add(st.Clean(b), display.Dim)
			if w := l.Fit(cells, st).Width(); w != cells {
				t.Fatalf("%q and %q fitted to %d cells are %d wide", a, b, cells, w)
			}
			Spread(l, Text("right"), cells, st)
			if w := Rule(l, Text(" 1 "), max(cells, 10), st).Width(); w != max(cells, 10) {
				t.Fatalf("a rule of %d cells is %d wide", max(cells, 10), w)
			}
		}
	})
}

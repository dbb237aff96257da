package detail

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

// flattenTree returns every line of a fully unfolded tree.
func flattenTree(t *testing.T, body []byte) []string {
	t.Helper()
	all := folds{}
	for {
		branches, ok := tree(body, treeBuilder{folds: all, style: display.Style{UTF8: true}})
		if !ok {
			return nil
		}
		folded := false
		for _, b := range branches {
			if b.folded {
				all[b.path] = false
				folded = true
			}
		}
		if folded {
			continue
		}
		var out []string
		for _, b := range branches {
			out = append(out, fmt.Sprintf("%d %s %s %d", b.depth, b.key, b.value, b.count))
		}
		return out
	}
}

func TestTree(t *testing.T) {
	body := `{ "a" : 1e5 , "b":[ ],"c":{"d":[true,null,"x\"]"],"a":{}},"é\u00e9":"\u00e9" }`
	want := []string{`0 a 1e5 0`, `0 b [ ] 0`, `0 c  2`, `1 d  3`, `2 [0] true 0`, `2 [1] null 0`, `2 [2] "x\"]" 0`, `1 a {} 0`, `0 éé "\u00e9" 0`}
	if diff := cmp.Diff(want, flattenTree(t, []byte(body))); diff != "" {
		t.Error(diff)
	}
	for _, no := range []string{"", "1", `"x"`, "{", "[1,]", "nope", "[]\f"} {
		if _, ok := tree([]byte(no), treeBuilder{}); ok {
			t.Errorf("tree(%q) succeeded, want no tree", no)
		}
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":null}],"c":"x"}`))
	f.Add([]byte(`[[],{},[[1]]]`))
	f.Add([]byte("[]\f")) // not a space in JSON
	f.Add([]byte(" {\t\"\\u0000\" :\n-1.5e+3}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 4096 {
			return
		}
		branches, ok := tree(body, treeBuilder{style: display.Style{UTF8: true}})
		if container := json.Valid(body) && bytes.ContainsAny(bytes.TrimSpace(body)[:1], "{["); ok != container {
			t.Fatalf("tree(%q) returned %v", body, ok)
		}
		for _, b := range branches {
			if b.value != nil && !json.Valid(b.value) {
				t.Fatalf("tree(%q) has the invalid value %q", body, b.value)
			}
		}
		for _, l := range treeLayout(branches, display.Style{UTF8: true, Width: 40}) {
			if w := l.line.Width(); w > 200 {
				t.Fatalf("tree(%q) has a line %d cells wide", body, w)
			}
		}
	})
}

func FuzzWrappedLinesFit(f *testing.F) {
	f.Add("abc", "世界", 4)
	f.Add("", "e\u0301\u0301", 1)
	f.Fuzz(func(t *testing.T, a, b string, cells int) {
		cells = max(min(cells, 200), 4)
		st := display.Style{UTF8: true}
		l := draw.Text(st.Clean(a)).Add(st.Clean(b), display.Dim)
		for _, part := range (detailLine{line: l, indent: 3}).wrap(cells) {
			if w := part.line.Width(); w > cells {
				t.Fatalf("%q and %q wrapped at %d cells are %d wide", a, b, cells, w)
			}
		}
	})
}

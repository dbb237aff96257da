package tui

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const (
	treeLines   = 20_000 // shown at most: more is for a file
	treeMembers = 2_000  // of one object or array
	treeDepth   = 40     // where deeper nesting stays folded, and stops moving lines further in
	openMembers = 200    // a container with more is folded until somebody opens it
	widestKeys  = 36     // cells of the column of keys, where longer ones do not count
)

// branch is one line of a payload's tree.
type branch struct {
	path   string // names it among all
	depth  int
	key    string // cleaned
	value  []byte // as it is written; of a container nil
	count  int    // members of a container
	array  bool
	folded bool
	note   string // instead of everything else
}

// folds says of containers by their path whether they are folded; those it does not name are as they come.
type folds map[string]bool

// tree takes a payload apart as far as it is unfolded; ok is false where it is no JSON object or array.
func tree(body []byte, f folds, st display.Style) (branches []branch, ok bool) {
	body = bytes.TrimSpace(jsontext.WithoutMark(body))
	if len(body) == 0 || body[0] != '{' && body[0] != '[' || !jsontext.Valid(body) {
		return nil, false
	}
	t := treeReader{folds: f, style: st}
	t.members(body, "", 0)
	return t.branches, true
}

type treeReader struct {
	folds    folds
	style    display.Style
	branches []branch
}

// members adds the members of a container. It trusts that the text is valid.
func (t *treeReader) members(body []byte, path string, depth int) {
	n := 0
	for i, e := range jsontext.Elements(body, 0) {
		n = i + 1
		if n > treeMembers || len(t.branches) >= treeLines {
			continue // counted
		}
		key := "[" + strconv.Itoa(i) + "]"
		if e.Name.To > 0 {
			key = t.style.Clean(jsontext.Unquote(e.Name.Of(body)))
		}
		t.member(key, e.Value.Of(body), path+"/"+strconv.Itoa(i), depth)
	}
	if n > treeMembers {
		t.branches = append(t.branches, branch{depth: depth, note: display.Count(n-treeMembers) + " more"})
	}
}

func (t *treeReader) member(key string, value []byte, path string, depth int) {
	b := branch{path: path, depth: depth, key: key, value: value}
	if value[0] != '{' && value[0] != '[' {
		t.branches = append(t.branches, b)
		return
	}
	b.array = value[0] == '['
	b.count = countMembers(value)
	if b.count == 0 {
		t.branches = append(t.branches, b)
		return
	}
	b.value = nil
	said := false
	if b.folded, said = t.folds[path]; !said {
		b.folded = b.count > openMembers || depth >= treeDepth
	}
	t.branches = append(t.branches, b)
	if !b.folded {
		t.members(value, path, depth+1)
	}
}

// treeLayout lays branches out: keys in one column, values in another. The first cell is the pane's.
func treeLayout(branches []branch, st display.Style) []detailLine {
	column := 0
	for _, b := range branches {
		if w := treeIndent(b) + display.Width(b.key); w <= widestKeys {
			column = max(column, w)
		}
	}
	column += 2
	lines := make([]detailLine, len(branches))
	for i, b := range branches {
		lines[i] = b.line(column, st)
		if at := strings.LastIndexByte(b.path, '/'); at > 0 {
			lines[i].in = b.path[:at]
		}
	}
	return lines
}

// treeIndent is where a branch's key begins.
func treeIndent(b branch) int { return 3 + 2*min(b.depth, treeDepth) }

func (b branch) line(column int, st display.Style) detailLine {
	in := treeIndent(b)
	if b.note != "" {
		return detailLine{line: styled(spaces(in)+st.Symbols("… ")+b.note, display.Dim)}
	}
	if b.value == nil {
		glyph := "▾"
		if b.folded {
			glyph = "▸"
		}
		l := text(spaces(in-2)).add(say(glyph, st)+" "+b.key, display.Dim)
		if b.folded {
			l = l.pad(max(column, l.width()+2)).add(b.size(), display.Dim)
		}
		return detailLine{line: l, fold: b.path, folded: b.folded}
	}
	l := text(spaces(in)).add(b.key, display.Dim)
	l = l.pad(max(column, l.width()+2))
	room := st.Width - l.width() - 1
	value := string(b.value)
	if st.Width > 0 {
		value = squeeze(value, room)
	}
	value = st.Clean(value)
	if st.Width > 0 {
		value = st.CutMiddle(value, max(room, 3))
	}
	return detailLine{line: l.add(value, display.Plain), hang: column}
}

func (b branch) size() string {
	noun := " members"
	if b.array {
		noun = " items"
	}
	if b.count == 1 {
		noun = noun[:len(noun)-1]
	}
	return display.Count(b.count) + noun
}

// squeeze keeps both ends of a text that is far longer than its cells, so that it is cleaned at once.
func squeeze(s string, cells int) string {
	const bytesPerCell = 28 // as much as one cell can hold: a character with its marks
	if most := (max(cells, 0) + 1) * bytesPerCell; len(s) > 2*most {
		return s[:most] + s[len(s)-most:]
	}
	return s
}

// countMembers counts the members or items of a valid container.
func countMembers(container []byte) int {
	n := 0
	for range jsontext.Elements(container, 0) {
		n++
	}
	return n
}

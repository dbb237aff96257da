package detail

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/tui/draw"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const (
	maxTreeLines   = 20_000 // of the whole tree
	maxTreeMembers = 2_000  // members shown of one object or array: a page
	maxTreeDepth   = 40     // deeper levels are folded
	maxOpenMembers = 200    // a container with more members is folded at first
	maxKeyColumn   = 36     // maximum width of the column of keys; longer keys overflow

	jsonSpace = " \t\r\n" // RFC 8259, section 2
)

// treeLine is one line of a payload's tree.
type treeLine struct {
	path   string // identifies the draw.Line
	depth  int
	key    string // sanitized
	value  []byte // JSON text; nil for a container
	count  int    // number of members of a container
	array  bool
	folded bool
	note   string // if set, the line shows only this
	page   int    // 1 or -1: enter shows the next or previous page of the container at path
}

// folds records which containers the user has folded or unfolded, by path.
type folds map[string]bool

// pages records the pages that the user has opened of long containers, by path.
type pages map[string]int

// tree returns the unfolded lines of a payload. It returns false if the payload is not a JSON object or array.
func tree(body []byte, t treeBuilder) (branches []treeLine, ok bool) {
	body = bytes.Trim(jsontext.WithoutMark(body), jsonSpace)
	if len(body) == 0 || body[0] != '{' && body[0] != '[' || !jsontext.Valid(body) {
		return nil, false
	}
	t.members(body, "", 0)
	return t.branches, true
}

type treeBuilder struct {
	folds    folds
	pages    pages
	search   string // lower case; containers that hold it are unfolded
	style    display.Style
	branches []treeLine
}

// members adds a page of the members of a container, which must be valid JSON.
func (t *treeBuilder) members(body []byte, path string, depth int) {
	first := t.pages[path] * maxTreeMembers
	if first > 0 {
		t.branches = append(t.branches, treeLine{path: path, depth: depth, page: -1, note: display.Count(first) + " before"})
	}
	n, after := 0, 0 // members, and those after the page
	for i, e := range jsontext.Elements(body, 0) {
		n = i + 1
		onPage := n > first && n <= first+maxTreeMembers
		if n > first && (!onPage || len(t.branches) >= maxTreeLines) {
			after++
		}
		if !onPage && !t.finds(e.Value.Of(body)) || len(t.branches) >= maxTreeLines {
			continue // only count
		}
		key := "[" + strconv.Itoa(i) + "]"
		if e.Name.To > 0 {
			key = t.style.Clean(jsontext.Unquote(e.Name.Of(body)))
		}
		t.member(key, e.Value.Of(body), path+"/"+strconv.Itoa(i), depth)
	}
	switch {
	case n > first+maxTreeMembers:
		t.branches = append(t.branches, treeLine{path: path, depth: depth, page: 1, note: display.Count(after) + " more"})
	case after > 0:
		t.branches = append(t.branches, treeLine{depth: depth, note: display.Count(after) + " more: search them with /"})
	}
}

func (t *treeBuilder) member(key string, value []byte, path string, depth int) {
	b := treeLine{path: path, depth: depth, key: key, value: value}
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
	set := false // by the user
	if b.folded, set = t.folds[path]; !set {
		b.folded = b.count > maxOpenMembers || depth >= maxTreeDepth
	}
	if t.search != "" && b.folded && containsFold(value, t.search) {
		b.folded = false
	}
	t.branches = append(t.branches, b)
	if !b.folded {
		t.members(value, path, depth+1)
	}
}

// finds reports whether a value contains the text that is searched.
func (t *treeBuilder) finds(value []byte) bool {
	return t.search != "" && containsFold(value, t.search)
}

// containsFold reports whether a JSON text contains a lower-case text, ignoring case.
func containsFold(value []byte, lower string) bool {
	return bytes.Contains(bytes.ToLower(value), []byte(lower))
}

// treeLayout aligns keys and values in two columns. It leaves the first cell free for the cursor.
func treeLayout(branches []treeLine, st display.Style) []detailLine {
	column := 0
	for _, b := range branches {
		if w := treeIndent(b, st) + display.Width(b.key); w <= maxKeyColumn {
			column = max(column, w)
		}
	}
	column += 2
	lines := make([]detailLine, len(branches))
	for i, b := range branches {
		lines[i] = b.line(column, st)
		if b.page != 0 {
			lines[i].parent = b.path
		} else if at := strings.LastIndexByte(b.path, '/'); at > 0 {
			lines[i].parent = b.path[:at]
		}
	}
	return lines
}

// treeIndent returns the column where the key of a line begins: deeper levels are indented further up to a third of the width.
func treeIndent(b treeLine, st display.Style) int {
	levels := maxTreeDepth
	if st.Width > 0 {
		levels = min(levels, st.Width/6)
	}
	return 3 + 2*min(b.depth, levels)
}

func (b treeLine) line(column int, st display.Style) detailLine {
	in := treeIndent(b, st)
	if b.note != "" {
		return detailLine{line: draw.Styled(draw.Spaces(in)+st.Symbols("… ")+b.note, display.Dim), page: b.page, pageOf: b.path}
	}
	if b.value == nil {
		glyph := "▾"
		if b.folded {
			glyph = "▸"
		}
		l := draw.Text(draw.Spaces(in-2)).Add(draw.Symbols(glyph, st)+" ", display.Dim).Add(b.key, display.JSONKey)
		if b.folded {
			l = l.Pad(max(column, l.Width()+2)).Add(b.size(), display.Dim)
		}
		return detailLine{line: l, fold: b.path, folded: b.folded, key: b.key}
	}
	l := draw.Text(draw.Spaces(in)).Add(b.key, display.JSONKey)
	l = l.Pad(max(column, l.Width()+2))
	room := st.Width - l.Width() - 1
	value := string(b.value)
	if st.Width > 0 {
		value = keepEnds(value, room)
	}
	value = st.Clean(value)
	if st.Width > 0 {
		value = st.CutMiddle(value, max(room, 3))
	}
	role := display.JSONNumber
	if b.value[0] == '"' {
		role = display.JSONString
	}
	return detailLine{line: l.Add(value, role), indent: column, key: b.key}
}

func (b treeLine) size() string {
	noun := " members"
	if b.array {
		noun = " items"
	}
	if b.count == 1 {
		noun = noun[:len(noun)-1]
	}
	return display.Count(b.count) + noun
}

// keepEnds shortens a text that is far longer than its cells to its two ends, because sanitizing a long text is slow.
func keepEnds(s string, cells int) string {
	const bytesPerCell = 28 // the most that one cell can hold: a character with combining marks
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

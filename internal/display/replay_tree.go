package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxTreeDepth is the depth from which deeper replays are no longer indented further, to leave room for their results.
const maxTreeDepth = 6

// ReplayTree draws a tree of replays with one line per delivery: id, time, status, and how it differs from the delivery
// it replays. The delivery with the marked id is bold.
func ReplayTree(f webhook.ReplayTree, marked webhook.ID, st Style) []Line {
	lines := make([]Line, len(f.Nodes))
	wide := 0
	for i, m := range f.Nodes {
		glyph, role := st.Glyph(m.Status)
		if m.Pruned {
			glyph = " "
		}
		id := ShortID(m.ID, st)
		if st.Width == 0 {
			id = st.Clean(string(m.ID))
		}
		lines[i] = Line(nil).add(st.Symbols(branch(f.Nodes, i)), Dim).add(glyph, role).add(" ", Plain).add(id, idRole(m, marked))
		wide = max(wide, lines[i].Width())
	}
	at := timeOf(f, st)
	room, _ := st.room()
	for i, m := range f.Nodes {
		l := lines[i].add(spaces(wide-lines[i].Width()+2), Plain)
		if m.Pruned {
			lines[i] = l.add("pruned", Dim)
			continue
		}
		_, role := st.Glyph(m.Status)
		l = l.add(at(m), Dim).add("  ", Plain)
		remark := nodeRemark(m, marked)
		if remark == "" {
			lines[i] = l.add(StatusText(m.Summary), role)
			continue
		}
		l = l.add(PadRight(StatusText(m.Summary), statusCells), role).add("  ", Plain)
		lines[i] = l.add(st.fit(remark, room-l.Width()), Dim)
	}
	if f.Omitted > 0 {
		lines = append(lines, Line{{st.Symbols("… ") + "and " + Count(f.Omitted) + " more", Dim}})
	}
	return lines
}

func idRole(m webhook.Node, marked webhook.ID) Role {
	if m.ID == marked {
		return Bold
	}
	return Dim
}

// timeOf returns the time format: with a date if the deliveries are of different days.
func timeOf(f webhook.ReplayTree, st Style) func(webhook.Node) string {
	days := map[string]bool{}
	for _, m := range f.Nodes {
		if !m.Pruned {
			days[st.local(m.ReceivedAt).Format("2006-01-02")] = true
		}
	}
	if len(days) > 1 {
		return func(m webhook.Node) string { return DateTime(m.ReceivedAt, st) }
	}
	return func(m webhook.Node) string { return Clock(m.ReceivedAt, st) }
}

func nodeRemark(m webhook.Node, marked webhook.ID) string {
	var remarks []string
	switch m.Difference {
	case webhook.DifferenceNone:
		remarks = append(remarks, "same bytes")
	case webhook.DifferenceSignature:
		remarks = append(remarks, "re-signed")
	case webhook.DifferenceBody:
		remarks = append(remarks, "edited")
	}
	if m.ID == marked {
		remarks = append(remarks, "this delivery")
	}
	return strings.Join(remarks, ", ")
}

// branch returns the lines of the tree before a node.
func branch(members []webhook.Node, i int) string {
	depth := members[i].Depth
	if depth == 0 {
		return ""
	}
	branches := make([]string, depth)
	for level := range branches {
		branches[level] = "   "
		if follows(members, i, level+1) {
			branches[level] = "│  "
		}
	}
	branches[depth-1] = "└─ "
	if follows(members, i, depth) {
		branches[depth-1] = "├─ "
	}
	if depth > maxTreeDepth {
		return "…  " + strings.Join(branches[depth-maxTreeDepth+1:], "")
	}
	return strings.Join(branches, "")
}

// follows reports whether a later node has the same parent at that level.
func follows(members []webhook.Node, i, level int) bool {
	for _, m := range members[i+1:] {
		if m.Depth <= level {
			return m.Depth == level
		}
	}
	return false
}

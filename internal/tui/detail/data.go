package detail

import (
	"bytes"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
)

const (
	maxDataLines   = 8   // lines of a payload in a story
	maxDataMembers = 100 // members of a payload in a story
	maxDataKey     = 24  // cells of a key
)

// data renders the members of the payload's data, as many as fit on a few lines: id "job_9bn2ze"  duration 10.5.
func (p story) data() []detailLine {
	body := bytes.Trim(jsontext.WithoutMark(p.delivery.Body), jsonSpace)
	label := "body"
	switch {
	case len(body) == 0:
		return []detailLine{{line: draw.Styled(" No body.", display.Dim)}}
	case body[0] != '{' || !jsontext.Valid(body):
		return p.otherBody(body)
	}
	for _, e := range jsontext.Elements(body, 0) {
		if value := e.Value.Of(body); jsontext.IsName(e.Name.Of(body), "data") && value[0] == '{' {
			label, body = "data", value
		}
	}
	return p.members(label, body)
}

// members renders the members of an object after a label.
func (p story) members(label string, object []byte) []detailLine {
	st := p.style
	room := max(st.Width-1, 40)
	lines := []draw.Line{draw.Styled(" "+display.PadRight(label, labelCells), display.Dim)}
	shown, all := 0, 0
	for _, e := range jsontext.Elements(object, 0) {
		if all++; len(lines) > maxDataLines || all > maxDataMembers {
			continue // only count
		}
		key := st.CutMiddle(st.Clean(keepEnds(jsontext.Unquote(e.Name.Of(object)), maxDataKey)), maxDataKey)
		value, role := scalar(e.Value.Of(object), room-labelCells-display.Width(key)-3, st)
		member := draw.Styled(key, display.JSONKey).Add(" ", display.Plain).Add(value, role)
		at := len(lines) - 1
		if first := len(lines[at]) == 1; !first && lines[at].Width()+2+member.Width() > room {
			lines = append(lines, draw.Text(draw.Spaces(1+labelCells)))
			at++
		} else if !first {
			lines[at] = lines[at].Add("  ", display.Plain)
		}
		if len(lines) > maxDataLines {
			continue
		}
		lines[at] = append(lines[at], member...)
		shown++
	}
	lines = lines[:min(len(lines), maxDataLines)]
	if shown < all {
		lines = append(lines, draw.Styled(draw.Spaces(1+labelCells)+display.Count(all-shown)+" more: tab Payload", display.Dim))
	}
	out := make([]detailLine, len(lines))
	for i, l := range lines {
		out[i] = detailLine{line: l, indent: 1 + labelCells}
	}
	return out
}

// scalar renders a value on one line. A container is its size.
func scalar(value []byte, room int, st display.Style) (string, display.Role) {
	switch value[0] {
	case '{', '[':
		b := treeLine{count: countMembers(value), array: value[0] == '['}
		if b.count == 0 {
			return string(value[:1]) + string(value[len(value)-1:]), display.Dim
		}
		return b.size(), display.Dim
	case '"':
		return st.CutMiddle(st.Clean(keepEnds(string(value), room)), max(room, 8)), display.JSONString
	default:
		return st.CutMiddle(st.Clean(keepEnds(string(value), room)), max(room, 8)), display.JSONNumber
	}
}

// otherBody describes a body that is not a payload, with its first lines.
func (p story) otherBody(body []byte) []detailLine {
	const most = 3
	kind := bodyKind(body)
	lines := []detailLine{{line: draw.Styled(" "+display.PadRight("body", labelCells), display.Dim).Add(display.Bytes(p.delivery.BodyBytes)+kind, display.Plain)}}
	if !utf8.Valid(body) {
		return lines
	}
	start := body[:min(len(body), 4*max(p.style.Width, 80)*most)]
	for i, l := range display.PrettyJSON(start, most, p.innerStyle()) {
		if i == most {
			break // the line that counts the rest of start
		}
		lines = append(lines, p.indentLines([]display.Line{l})...)
	}
	return lines
}

// bodyKind returns what a body is: valid JSON that is not an object, text, or bytes.
func bodyKind(body []byte) string {
	switch {
	case jsontext.Valid(body):
		return " of JSON, not an object"
	case utf8.Valid(body):
		return ", not JSON"
	default:
		return ", not text"
	}
}

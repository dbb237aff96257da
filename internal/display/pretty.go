package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const (
	// maxPrettyLines is the default maximum number of lines of a payload. Further lines are counted.
	maxPrettyLines = 20_000
	// deepestIndent is the maximum nesting depth that is indented further.
	deepestIndent = 64
	indentCells   = 2
)

// PrettyJSON formats a body: two spaces per level, dim keys, and everything else as written, including the order of
// keys, duplicate keys, numbers and escapes. Long values are truncated in the middle. Other text is shown as it is, and
// binary data as its size. At maxLines maxLines lines are returned (20,000 if it is 0), followed by a line with the number
// of hidden lines.
func PrettyJSON(body []byte, maxLines int, st Style) []Line {
	if maxLines <= 0 {
		maxLines = maxPrettyLines
	}
	if len(body) == 0 {
		return nil
	}
	p := printer{st: st, maxLines: maxLines}
	if text := jsontext.WithoutMark(body); jsontext.Valid(text) {
		p.printJSON(text)
	} else {
		p.printText(body)
	}
	if p.hidden > 0 {
		p.lines = append(p.lines, Line{{st.Symbols("… ") + counted(p.hidden, "more line"), Dim}})
	}
	return p.lines
}

// printer collects lines up to a limit and counts further ones.
type printer struct {
	st       Style
	maxLines int
	lines    []Line
	hidden   int
	line     Line // the line being written
}

// full reports whether further lines are only counted.
func (p *printer) full() bool { return len(p.lines) == p.maxLines }

func (p *printer) end() {
	if p.full() {
		p.hidden++
	} else {
		p.lines = append(p.lines, p.line)
	}
	p.line = nil
}

// breakLine ends the line and starts one at the given level.
func (p *printer) breakLine(level int) {
	p.end()
	if p.full() {
		return
	}
	cells, bounded := p.st.room()
	in := indentCells * min(level, deepestIndent)
	if bounded {
		in = min(in, cells/2)
	}
	p.line = p.line.add(spaces(in), Plain)
}

func (p *printer) printJSON(body []byte) {
	s := jsontext.NewScanner(body)
	before := jsontext.End // kind of the previous token
	for {
		t := s.Next()
		level := s.Depth()
		switch t.Kind {
		case jsontext.End:
			p.end()
			return
		case jsontext.Close:
			if before != jsontext.Open { // an empty container stays on one line
				p.breakLine(level)
			}
		default:
			if t.Kind == jsontext.Open {
				level--
			}
			if before != jsontext.Name && before != jsontext.End {
				p.member(level, before)
			}
		}
		p.write(t.Kind, body[t.From:t.To])
		before = t.Kind
	}
}

// member starts the line of a member of a container.
func (p *printer) member(level int, before jsontext.Kind) {
	if before != jsontext.Open {
		p.line = p.line.add(",", Plain)
	}
	p.breakLine(level)
}

func (p *printer) write(kind jsontext.Kind, text []byte) {
	if p.full() {
		return
	}
	switch kind {
	case jsontext.Name:
		p.line = p.line.add(p.cut(text, 2), JSONKey).add(": ", Plain)
	case jsontext.String:
		p.line = p.line.add(p.cut(text, 1), JSONString)
	case jsontext.Number:
		p.line = p.line.add(p.cut(text, 1), JSONNumber)
	case jsontext.Word:
		p.line = p.line.add(string(text), JSONNumber)
	default:
		p.line = p.line.add(string(text), Plain)
	}
}

// cut cleans a literal and truncates it to its share of the rest of the line. A value gets all but the cell of the
// comma, a key gets half.
func (p *printer) cut(text []byte, share int) string {
	cells, _ := p.st.room()
	return p.st.outside(string(text), max((cells-p.line.Width()-1)/share, 3))
}

func (p *printer) printText(body []byte) {
	if !isText(body) {
		p.line = Line{{Bytes(int64(len(body))) + ", not text", Dim}}
		p.end()
		return
	}
	cells, _ := p.st.room()
	for raw := range strings.SplitSeq(strings.TrimRight(string(body), "\r\n"), "\n") {
		if !p.full() {
			text := p.st.textLine(strings.TrimSuffix(raw, "\r"), cells)
			p.line = Line(nil).add(p.st.fit(text, cells), Plain)
		}
		p.end()
	}
}

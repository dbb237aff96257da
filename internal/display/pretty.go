package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const (
	// maxPrettyLines is how many lines of a payload are shown where nobody says fewer; the rest is counted.
	maxPrettyLines = 20_000
	// deepestIndent is where deeper nesting stops moving lines further in.
	deepestIndent = 64
	indentCells   = 2
)

// PrettyJSON is a body as people read it: two spaces a level, keys dim, and everything else as it was written: the order of
// keys, keys that come twice, numbers, escapes. Values that are too long are cut in the middle. What is no JSON is shown as
// the text it is, what is no text by its size. It gives at most that many lines (for 0, 20,000), and then one that says how
// many more there are.
func PrettyJSON(body []byte, most int, st Style) []Line {
	if most <= 0 {
		most = maxPrettyLines
	}
	if len(body) == 0 {
		return nil
	}
	p := printer{st: st, most: most}
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

// printer collects lines up to a bound, and counts what comes behind it.
type printer struct {
	st     Style
	most   int
	lines  []Line
	hidden int
	line   Line // the one being written
}

// full reports whether the line being written will only be counted.
func (p *printer) full() bool { return len(p.lines) == p.most }

func (p *printer) end() {
	if p.full() {
		p.hidden++
	} else {
		p.lines = append(p.lines, p.line)
	}
	p.line = nil
}

// breakLine ends the line and begins one at that level.
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
	before := jsontext.End // the kind of the token before
	for {
		t := s.Next()
		level := s.Depth()
		switch t.Kind {
		case jsontext.End:
			p.end()
			return
		case jsontext.Close:
			if before != jsontext.Open { // an empty container stays on its line
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

// member begins the line of a container's member.
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
		p.line = p.line.add(p.cut(text, 2), Dim).add(": ", Plain)
	case jsontext.String, jsontext.Number:
		p.line = p.line.add(p.cut(text, 1), Plain)
	default:
		p.line = p.line.add(string(text), Plain)
	}
}

// cut cleans a literal and cuts it to its share of what is left of the line: a value gets all but the comma's cell, a key half.
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

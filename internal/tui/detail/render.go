package detail

import (
	"bytes"
	"context"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/tui/draw"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// renderer holds the settings for rendering the detail. It runs outside the model's goroutine because a payload can be large.
type renderer struct {
	tab       tab
	format    payloadFormat
	wrap      bool
	folds     folds
	pages     pages
	style     display.Style // its Width is the width of the detail
	withTitle bool          // begin with the delivery's title
	tools     view.Tools

	search      string // sections that contain it are unfolded
	canDiagnose bool   // there is a key that diagnoses
}

// lines renders all lines of the detail.
func (p renderer) lines(ctx context.Context, s subject) []detailLine {
	var lines []detailLine
	if p.withTitle {
		lines = append(p.titleLines(s.delivery), detailLine{})
	}
	switch p.tab {
	case tabStory:
		lines = append(lines, story{p, s}.lines(ctx)...)
	case tabPayload:
		lines = append(lines, p.payloadLines(s.delivery.Body)...)
	case tabHeaders:
		lines = append(lines, p.indentLines(display.Headers(s.delivery.Header, p.innerStyle()))...)
	case tabResponse:
		lines = append(lines, responses{p, s}.lines()...)
	case tabSignature:
		lines = append(lines, p.signatureLines(ctx, s.delivery)...)
	case tabCurl:
		lines = append(lines, p.curlLines(s.delivery)...)
	case tabDiff:
		lines = append(lines, p.diffLines(s)...)
	}
	if p.wrap {
		return wrapped(lines, p.style)
	}
	return lines
}

// innerStyle returns the style of text that is indented by one cell. Its width is unlimited if lines are wrapped afterwards.
func (p renderer) innerStyle() display.Style {
	if p.wrap {
		st := p.style
		st.Width = 0
		return st
	}
	return p.style.Narrowed(1)
}

// indentLines indents lines by one cell.
func (p renderer) indentLines(in []display.Line) []detailLine {
	lines := make([]detailLine, len(in))
	for i, l := range in {
		lines[i] = detailLine{line: append(draw.Text(" "), draw.From(l)...), indent: 1}
	}
	return lines
}

// titleLines summarizes the delivery in two lines.
func (p renderer) titleLines(d webhook.Delivery) []detailLine {
	st := p.style
	glyph, role := st.Glyph(d.Status)
	first := draw.Line{{Text: " "}, {Text: glyph, Role: role}}
	status := display.StatusText(d.Summary)
	room := max(st.Width-6-len(status), 10)
	event, about := st.Clean(keepEnds(d.Event, room)), st.Clean(keepEnds(d.About, room))
	if about != "" {
		about = st.CutMiddle(about, max(room-display.Width(event)-2, room/3))
		room -= display.Width(about) + 2
	}
	for _, s := range []string{st.CutMiddle(event, max(room, 3)), about} {
		if s != "" {
			first = first.Add(gapAfter(first), display.Plain).Add(s, display.Plain)
		}
	}
	first = first.Add(gapAfter(first), display.Plain).Add(status, role)
	second := draw.Text(" ").Add(st.Clean(string(d.ID)), display.Dim)
	for _, s := range []string{string(d.Origin), display.Bytes(d.BodyBytes), string(d.Verdict)} {
		second = second.Add("   "+st.Clean(s), display.Plain)
	}
	return []detailLine{{line: first}, {line: second}}
}

// gapAfter returns the spaces before the next word of a title: one after the glyph, two after a word.
func gapAfter(l draw.Line) string {
	if len(l) <= 2 {
		return " "
	}
	return "  "
}

// payloadLines renders the body in the selected format.
func (p renderer) payloadLines(body []byte) []detailLine {
	if len(body) == 0 {
		return []detailLine{{line: draw.Styled(" No body.", display.Dim)}}
	}
	switch p.format {
	case formatTree:
		st := p.style
		if p.wrap {
			st.Width = 0
		}
		if branches, ok := tree(body, treeBuilder{folds: p.folds, pages: p.pages, search: p.search, style: st}); ok {
			return treeLayout(branches, st)
		}
		return p.indentLines(display.PrettyJSON(body, 0, p.innerStyle()))
	case formatRaw:
		return p.rawPayload(body)
	default:
		return p.indentLines(display.PrettyJSON(body, 0, p.innerStyle()))
	}
}

// maxRawLines is the maximum number of lines shown of a raw body.
const maxRawLines = 20_000

// rawPayload renders the unformatted body, sanitized for the terminal.
func (p renderer) rawPayload(body []byte) []detailLine {
	st := p.innerStyle()
	var lines []detailLine
	for raw := range bytes.Lines(body) {
		if len(lines) == maxRawLines {
			return append(lines, detailLine{line: draw.Styled(st.Symbols(" … more. Press s to save the whole body."), display.Dim)})
		}
		s := string(bytes.TrimRight(raw, "\r\n"))
		if st.Width > 0 {
			s = st.Cut(st.Clean(keepEnds(s, st.Width)), st.Width-1)
		} else {
			s = st.Clean(keepEnds(s, maxWrappedLines*p.style.Width))
		}
		lines = append(lines, detailLine{line: draw.Text(" " + s), indent: 1})
	}
	return lines
}

// signatureLines renders the verdict and the reason for it.
func (p renderer) signatureLines(ctx context.Context, d webhook.Delivery) []detailLine {
	st := p.innerStyle()
	label := func(name, value string, r display.Role) display.Line {
		return display.Line{{Text: display.PadRight(name, 10), Role: display.Dim}, {Text: value, Role: r}}
	}
	role := display.Plain
	switch d.Verdict {
	case webhook.VerdictValid:
		role = display.Good
	case webhook.VerdictInvalid, webhook.VerdictMissing, webhook.VerdictMalformed:
		role = display.Bad
	}
	verdict := label("verdict", st.Clean(string(d.Verdict)), role)
	if d.SecretHint != "" {
		verdict = append(verdict, display.Span{Text: ", with " + st.Clean(d.SecretHint)})
	}
	lines := []display.Line{verdict}
	for _, v := range d.Header.Values(webhook.SignatureHeader) {
		lines = append(lines, label("header", st.CutMiddle(st.Clean(keepEnds(v, 200)), max(p.style.Width-13, 20)), display.Plain))
	}
	if p.tools.Diagnose != nil {
		return p.indentLines(append(append(lines, nil), p.tools.Diagnose(ctx, d, p.style.Narrowed(1))...))
	}
	if h, ok := explain.Explain(explain.Case{Summary: d.Summary, ExplainVerdict: true}, st); ok {
		lines = append(append(lines, nil), h.Render(p.style.Narrowed(1))...)
	}
	return p.indentLines(lines)
}

func (p renderer) curlLines(d webhook.Delivery) []detailLine {
	if p.tools.Curl == nil {
		return nil
	}
	return p.copyableText(p.tools.Curl(d))
}

// copyableText renders a text of several lines that the user may copy.
func (p renderer) copyableText(s string) []detailLine {
	st := p.innerStyle()
	var lines []detailLine
	for raw := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		if st.Width > 0 {
			raw = st.Cut(st.Clean(keepEnds(raw, st.Width)), st.Width-1)
		} else {
			raw = st.Clean(keepEnds(raw, maxWrappedLines*p.style.Width))
		}
		lines = append(lines, detailLine{line: draw.Text(" " + raw), indent: 3})
	}
	return lines
}

func (p renderer) diffLines(s subject) []detailLine {
	if s.comparedTo == nil || p.tools.Diff == nil {
		return nil
	}
	return p.indentLines(p.tools.Diff(*s.comparedTo, s.delivery, p.innerStyle()))
}

// maxWrappedLines is the maximum number of lines that one long line is wrapped into.
const maxWrappedLines = 500

// wrapped wraps the lines that are too long.
func wrapped(lines []detailLine, st display.Style) []detailLine {
	var out []detailLine
	for _, l := range lines {
		if l.line.Width() < st.Width {
			out = append(out, l)
			continue
		}
		out = append(out, l.wrap(st.Width-1)...)
	}
	return out
}

func (l detailLine) wrap(cells int) []detailLine {
	hang := min(l.indent, cells/2)
	out := []detailLine{{fold: l.fold, folded: l.folded, parent: l.parent}}
	left := cells
	for _, p := range l.line {
		for rest := p.Text; rest != ""; {
			head := draw.FitPrefix(rest, left)
			if head == "" && left < cells-hang || head == "" && len(out) == 1 && len(out[0].line) > 0 {
				if len(out) == maxWrappedLines {
					return out
				}
				out = append(out, detailLine{line: draw.Text(draw.Spaces(hang)), parent: l.parent})
				left = cells - hang
				continue
			}
			if head == "" {
				head = rest // a character wider than the pane
			}
			last := &out[len(out)-1]
			last.line = append(last.line, draw.Span{Text: head, Role: p.Role, Attr: p.Attr})
			left -= display.Width(head)
			rest = rest[len(head):]
		}
	}
	return out
}

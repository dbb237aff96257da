package tui

import (
	"bytes"
	"context"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// pane is what the lines of the detail depend on. They are made outside of the model's goroutine, since a payload may be large.
type pane struct {
	tab   tab
	form  form
	wrap  bool
	folds folds
	style display.Style // its width is the pane's
	title bool          // the delivery's row is not right above
	tools view.Tools
}

// lines are all lines of the detail.
func (p pane) lines(ctx context.Context, s subject) []detailLine {
	var lines []detailLine
	if p.title {
		lines = append(p.titleLines(s.delivery), detailLine{})
	}
	switch p.tab {
	case tabPayload:
		lines = append(lines, p.payload(s.delivery.Body)...)
	case tabHeaders:
		lines = append(lines, p.plain(display.Headers(s.delivery.Header, p.inner()))...)
	case tabAttempts:
		lines = append(lines, p.attempts(s)...)
	case tabSignature:
		lines = append(lines, p.signature(ctx, s.delivery)...)
	case tabCurl:
		lines = append(lines, p.curl(s.delivery)...)
	case tabDiff:
		lines = append(lines, p.diff(s)...)
	}
	if p.wrap {
		return wrapped(lines, p.style)
	}
	return lines
}

// inner is the style of what stands one cell in. Where lines are wrapped it has no bound, so that nothing is cut before.
func (p pane) inner() display.Style {
	if p.wrap {
		st := p.style
		st.Width = 0
		return st
	}
	return p.style.Narrowed(1)
}

// plain sets lines one cell in.
func (p pane) plain(of []display.Line) []detailLine {
	lines := make([]detailLine, len(of))
	for i, l := range of {
		lines[i] = detailLine{line: append(text(" "), from(l)...), hang: 1}
	}
	return lines
}

// titleLines are the delivery in two lines.
func (p pane) titleLines(d webhook.Delivery) []detailLine {
	st := p.style
	glyph, role := st.Glyph(d.Status)
	first := line{{text: " "}, {text: glyph, role: role}}
	status := display.StatusText(d.Summary)
	room := max(st.Width-6-len(status), 10)
	event, about := st.Clean(squeeze(d.Event, room)), st.Clean(squeeze(d.About, room))
	if about != "" {
		about = st.CutMiddle(about, max(room-display.Width(event)-2, room/3))
		room -= display.Width(about) + 2
	}
	for _, s := range []string{st.CutMiddle(event, max(room, 3)), about} {
		if s != "" {
			first = first.add(gapBefore(first), display.Plain).add(s, display.Plain)
		}
	}
	first = first.add(gapBefore(first), display.Plain).add(status, role)
	second := text(" ").add(st.Clean(string(d.ID)), display.Dim)
	for _, s := range []string{string(d.Origin), display.Bytes(d.BodyBytes), string(d.Verdict)} {
		second = second.add("   "+st.Clean(s), display.Plain)
	}
	return []detailLine{{line: first}, {line: second}}
}

// gapBefore is what stands before the next word of a title: one space behind the glyph, two behind a word.
func gapBefore(l line) string {
	if len(l) <= 2 {
		return " "
	}
	return "  "
}

// payload is the body, in one of its forms.
func (p pane) payload(body []byte) []detailLine {
	if len(body) == 0 {
		return []detailLine{{line: styled(" No body.", display.Dim)}}
	}
	switch p.form {
	case formTree:
		st := p.style
		if p.wrap {
			st.Width = 0
		}
		if branches, ok := tree(body, p.folds, st); ok {
			return treeLayout(branches, st)
		}
		return p.plain(display.PrettyJSON(body, 0, p.inner()))
	case formRaw:
		return p.raw(body)
	default:
		return p.plain(display.PrettyJSON(body, 0, p.inner()))
	}
}

// rawLines is how many lines of a body are shown as they are.
const rawLines = 20_000

// raw is the body as it came, as far as a terminal may show it.
func (p pane) raw(body []byte) []detailLine {
	st := p.inner()
	var lines []detailLine
	for raw := range bytes.Lines(body) {
		if len(lines) == rawLines {
			return append(lines, detailLine{line: styled(st.Symbols(" … more; the whole body: s"), display.Dim)})
		}
		s := string(bytes.TrimRight(raw, "\r\n"))
		if st.Width > 0 {
			s = st.Cut(st.Clean(squeeze(s, st.Width)), st.Width-1)
		} else {
			s = st.Clean(squeeze(s, mostWrapped*p.style.Width))
		}
		lines = append(lines, detailLine{line: text(" " + s), hang: 1})
	}
	return lines
}

// signature is the verdict, and why it is that.
func (p pane) signature(ctx context.Context, d webhook.Delivery) []detailLine {
	st := p.inner()
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
		lines = append(lines, label("header", st.CutMiddle(st.Clean(squeeze(v, 200)), max(p.style.Width-13, 20)), display.Plain))
	}
	if p.tools.Diagnose != nil {
		return p.plain(append(append(lines, nil), p.tools.Diagnose(ctx, d, p.style.Narrowed(1))...))
	}
	if hint := p.explain(d); len(hint) > 0 {
		lines = append(append(lines, nil), hint...)
	}
	return p.plain(lines)
}

// explain is what may be the matter with a delivery that was not delivered.
func (p pane) explain(d webhook.Delivery) []display.Line {
	c := display.Case{Summary: d.Summary, Header: d.Header, SecretHint: d.SecretHint, Timeout: p.style.Timeout, Audience: display.AudienceSender}
	if n := len(d.History); n > 0 {
		c.Attempt = d.History[n-1]
	}
	h, ok := display.Explain(c, p.style)
	if !ok {
		return nil
	}
	if p.tools.Command != nil {
		h.Command = p.tools.Command(h.Command)
	}
	return h.Render(p.style.Narrowed(1))
}

func (p pane) curl(d webhook.Delivery) []detailLine {
	if p.tools.Curl == nil {
		return nil
	}
	return p.block(p.tools.Curl(d))
}

// block is a text of several lines that somebody copies.
func (p pane) block(s string) []detailLine {
	st := p.inner()
	var lines []detailLine
	for raw := range strings.SplitSeq(strings.TrimRight(s, "\n"), "\n") {
		if st.Width > 0 {
			raw = st.Cut(st.Clean(squeeze(raw, st.Width)), st.Width-1)
		} else {
			raw = st.Clean(squeeze(raw, mostWrapped*p.style.Width))
		}
		lines = append(lines, detailLine{line: text(" " + raw), hang: 3})
	}
	return lines
}

func (p pane) diff(s subject) []detailLine {
	if s.other == nil || p.tools.Diff == nil {
		return nil
	}
	return p.plain(p.tools.Diff(*s.other, s.delivery, p.inner()))
}

// mostWrapped is how many lines one long line is wrapped into.
const mostWrapped = 500

// wrapped breaks lines that are too long for the pane.
func wrapped(lines []detailLine, st display.Style) []detailLine {
	var out []detailLine
	for _, l := range lines {
		if l.line.width() < st.Width {
			out = append(out, l)
			continue
		}
		out = append(out, l.wrap(st.Width-1)...)
	}
	return out
}

func (l detailLine) wrap(cells int) []detailLine {
	hang := min(l.hang, cells/2)
	out := []detailLine{{fold: l.fold, folded: l.folded, in: l.in}}
	left := cells
	for _, p := range l.line {
		for rest := p.text; rest != ""; {
			head := leftmost(rest, left)
			if head == "" && left < cells-hang || head == "" && len(out) == 1 && len(out[0].line) > 0 {
				if len(out) == mostWrapped {
					return out
				}
				out = append(out, detailLine{line: text(spaces(hang)), in: l.in})
				left = cells - hang
				continue
			}
			if head == "" {
				head = rest // a character wider than the pane
			}
			last := &out[len(out)-1]
			last.line = append(last.line, piece{head, p.role, p.look})
			left -= display.Width(head)
			rest = rest[len(head):]
		}
	}
	return out
}

// leftmost is as much of a clean text as fits into cells.
func leftmost(s string, cells int) string {
	end, taken := 0, 0
	for i, r := range s {
		n := display.Width(string(r))
		if taken+n > cells {
			return s[:i]
		}
		taken += n
		end = i + len(string(r))
	}
	return s[:end]
}

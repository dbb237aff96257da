package tui

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// painter turns lines into what a terminal draws. It uses the terminal's own 16 colours and no background of its own, so that every
// theme, light or dark, fits; without colour, bold, faint, underlined and reversed remain, which are none.
type painter struct {
	color bool
}

// paint joins lines to a frame.
func (p painter) paint(lines []line) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		p.line(&b, l)
	}
	return b.String()
}

func (p painter) line(b *strings.Builder, l line) {
	now := "" // what the terminal is set to
	for _, piece := range l {
		want := p.codes(piece)
		if want != now {
			if now != "" {
				b.WriteString("\x1b[m")
			}
			if want != "" {
				b.WriteString("\x1b[" + want + "m")
			}
			now = want
		}
		b.WriteString(piece.text)
	}
	if now != "" {
		b.WriteString("\x1b[m")
	}
}

// codes are the parameters of SGR (ECMA-48, 8.3.117) for a piece.
func (p painter) codes(of piece) string {
	codes := p.role(of.role)
	for _, l := range []struct {
		look look
		code string
	}{{reversed, "7"}, {matched, "1;4"}} {
		if of.look&l.look == 0 {
			continue
		}
		if codes != "" {
			codes += ";"
		}
		codes += l.code
	}
	return codes
}

func (p painter) role(r display.Role) string {
	switch r {
	case display.Dim:
		return "2"
	case display.Bold:
		return "1"
	case display.Good:
		return p.colored("32")
	case display.Caution:
		return p.colored("33")
	case display.Bad:
		return p.colored("31")
	case display.Alarm:
		if p.color {
			return "1;31"
		}
		return "1"
	default:
		return ""
	}
}

func (p painter) colored(code string) string {
	if p.color {
		return code
	}
	return ""
}

// say puts the screen's own signs as the terminal can show them.
func say(s string, st display.Style) string {
	if st.UTF8 {
		return s
	}
	return st.Symbols(strings.NewReplacer(
		"▌", ">", "▾", "v", "▸", ">", "┬", "+", "┴", "+", "↓", "v", "↑", "^", "→", ">", "←", "<",
		"▁", "_", "▂", ".", "▃", "-", "▄", "=", "▅", "+", "▆", "*", "▇", "%", "█", "#",
	).Replace(s))
}

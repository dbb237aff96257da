package draw

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// Painter converts lines to text with escape codes. It uses only the terminal's 16 basic colors, which fits light and dark themes, and no
// background except Tint. Without color, it still uses bold, faint, underline and reverse video.
type Painter struct {
	Color bool
	Tint  string // SGR parameters of the background of Reversed, see TintOf; empty: reverse video
}

// tintShare is the share of the foreground in a tint: enough to see the row, little enough to read faint text in it.
const tintShare = 0.16

// TintOf returns the background of the row under the cursor: that of the terminal, moved toward the foreground. The terminal's driver reduces
// it to the colors that the terminal has.
func TintOf(background color.Color) string {
	to := 0.0
	if y := color.GrayModel.Convert(background).(color.Gray).Y; y < 0x80 {
		to = 0xff
	}
	r, g, b, _ := background.RGBA()
	mix := func(c uint32) int { return int(float64(c>>8)*(1-tintShare) + to*tintShare) }
	return fmt.Sprintf("48;2;%d;%d;%d", mix(r), mix(g), mix(b))
}

// Paint joins lines into a frame.
func (p Painter) Paint(lines []Line) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		p.line(&b, l)
	}
	return b.String()
}

func (p Painter) line(b *strings.Builder, l Line) {
	now := "" // the terminal's current attributes
	for _, s := range l {
		want := p.codes(s)
		if want != now {
			if now != "" {
				b.WriteString("\x1b[m")
			}
			if want != "" {
				b.WriteString("\x1b[" + want + "m")
			}
			now = want
		}
		b.WriteString(s.Text)
	}
	if now != "" {
		b.WriteString("\x1b[m")
	}
}

// codes returns the parameters of SGR (ECMA-48, 8.3.117) for a span.
func (p Painter) codes(of Span) string {
	codes := p.role(of.Role)
	for _, l := range []struct {
		look Attr
		code string
	}{{Reversed, p.reversed()}, {Matched, "1;4"}} {
		if of.Attr&l.look == 0 {
			continue
		}
		if codes != "" {
			codes += ";"
		}
		codes += l.code
	}
	return codes
}

// reversed returns the parameters of SGR for the row under the cursor.
func (p Painter) reversed() string {
	if p.Tint == "" || !p.Color {
		return "7"
	}
	return p.Tint
}

func (p Painter) role(r display.Role) string {
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
	case display.JSONKey:
		return p.colored("34")
	case display.JSONString:
		return p.colored("32")
	case display.JSONNumber:
		return p.colored("35")
	case display.Alarm:
		if p.Color {
			return "1;31"
		}
		return "1"
	default:
		return ""
	}
}

func (p Painter) colored(code string) string {
	if p.Color {
		return code
	}
	return ""
}

// Symbols replaces the screen's symbols if the terminal supports only ASCII.
func Symbols(s string, st display.Style) string {
	if st.UTF8 {
		return s
	}
	return st.Symbols(strings.NewReplacer(
		"━", "=", "▶", ">", "╳", "X", "┌", "/", "▌", ">", "▾", "v", "▸", ">", "┬", "+", "┴", "+", "↓", "v", "↑", "^", "→", ">", "←", "<",
		"▁", "_", "▂", ".", "▃", "-", "▄", "=", "▅", "+", "▆", "*", "▇", "%", "█", "#",
	).Replace(s))
}

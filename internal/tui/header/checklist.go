package header

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tui/draw"
	"github.com/vidiking/vidiking-cli/internal/view"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// SecretCommand is the line of the checklist that y copies.
const SecretCommand = "export VIDIKING_WEBHOOK_SECRET=$(vidiking listen --print-secret)"

// Checklist renders the steps to the first delivery, with those that are done ticked off, and the legend. It leaves out the legend, then
// the commands, if the height is short.
type Checklist struct {
	Command func(string) string // adds the flags that a suggested command needs here; may be nil
	Copied  bool                // the user has copied SecretCommand
	CanSend bool                // there is a key that sends
	Size    Size
	Style   display.Style
	State   view.State
}

// step is a line of the checklist with the command that does it.
type step struct {
	done    string // "✓", "○" or "·"
	text    string
	key     string // what a key does here
	command string
	after   string // follows the command
}

// Lines renders the checklist.
func (c Checklist) Lines() []draw.Line {
	long := c.Size.W >= narrowBelow
	lines := []draw.Line{nil, draw.Text("   Waiting for the first delivery"), nil}
	short := lines[1:2:2]
	for _, s := range c.steps() {
		l := c.step(s)
		short = append(short, l)
		lines = append(lines, l)
		if s.command != "" {
			lines = append(lines, draw.Styled("       "+c.command(s.command), display.Bold).Add(s.after, display.Dim))
		}
	}
	if withLegend := append(append(lines[:len(lines):len(lines)], nil), Legend(c.Style)...); long && len(withLegend) <= c.Size.H {
		return withLegend
	}
	if long && len(lines) <= c.Size.H {
		return lines
	}
	return short
}

func (c Checklist) command(s string) string {
	if c.Command == nil {
		return s
	}
	return c.Command(s)
}

func (c Checklist) step(s step) draw.Line {
	role := display.Dim
	switch s.done {
	case "✓":
		role = display.Good
	case "○":
		role = display.Caution
	}
	l := draw.Styled("   "+c.Style.Symbols(s.done), role).Add(" "+s.text, display.Plain)
	if s.key == "" || c.Size.W < narrowBelow {
		return l
	}
	key, rest, _ := strings.Cut(s.key, " ")
	right := draw.Styled(key, display.Bold)
	if rest != "" {
		right = right.Add(" "+rest, display.Dim)
	}
	return draw.Spread(l, right, min(c.Size.W, 80)-4, c.Style)
}

func (c Checklist) steps() []step {
	if !c.State.Listening {
		return []step{{done: "○", text: "listen is not running. Start it in another terminal:", command: "vidiking listen --forward localhost:3000"}}
	}
	steps := []step{{done: "✓", text: "Listening"}}
	if c.State.Tunnel != view.HealthUp {
		steps[0] = step{done: "○", text: "The tunnel is " + c.Style.Clean(c.State.TunnelState)}
	}
	for _, t := range c.State.Targets {
		name := c.Style.CutMiddle(c.Style.Clean(shortName(t.Name)), 32)
		switch t.Health {
		case view.HealthUp:
			steps = append(steps, step{done: "✓", text: name + " is up"})
		case view.HealthDown:
			steps = append(steps, step{done: "○", text: "Nothing is listening on " + name + " yet. Start your server."})
		default:
			steps = append(steps, step{done: "·", text: "Start your server on " + name})
		}
	}
	secret := step{done: "·", text: "Give your handler the secret", key: "y copies this line", command: SecretCommand}
	if c.Copied {
		secret.done = "✓"
	}
	send := step{done: "·", text: "Send your first event", key: "t", command: "vidiking trigger render.complete", after: "   from another terminal"}
	if !c.CanSend {
		send.key = ""
	}
	return append(steps, secret, send)
}

// Legend explains the glyphs in two lines.
func Legend(st display.Style) []draw.Line {
	entry := func(l draw.Line, glyph string, role display.Role, text string, cells int) draw.Line {
		return l.Add(st.Symbols(glyph), role).Add(" "+text, display.Dim).Pad(cells)
	}
	status := func(l draw.Line, s webhook.Status, text string, cells int) draw.Line {
		glyph, role := st.Glyph(s)
		return entry(l, glyph, role, text, cells)
	}
	one := status(draw.Text("   "), webhook.StatusDelivered, "delivered: 2xx", 27)
	one = status(one, webhook.StatusRefused, "refused: other code", 53)
	one = status(one, webhook.StatusUnreachable, "unreachable or timed out", 0)
	two := status(draw.Text("   "), webhook.StatusRejected, "rejected: signature", 27)
	two = status(two, webhook.StatusSkipped, "skipped: no route", 53)
	two = entry(two, "↻", display.Dim, "replay or retry", 0)
	return []draw.Line{one, two}
}

package output

import (
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Setting is one setting of the program, as `config` shows it.
type Setting struct {
	Key, Value, Source string
}

type jsonSetting struct {
	kind
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Settings lists settings, in columns that fit what is in them; off a terminal with tabs between.
func Settings(o Options, all []Setting) error {
	if o.Format == FormatJSON {
		enc := newEncoder(o.Stdout)
		for _, s := range all {
			if err := enc.Encode(jsonSetting{of("setting"), s.Key, s.Value, s.Source}); err != nil {
				return err
			}
		}
		return nil
	}
	key, value := 0, 0
	for _, s := range all {
		key, value = max(key, display.Width(s.Key)), max(value, display.Width(display.Clean(s.Value)))
	}
	out := newStream(o.Stdout, false, o.Style)
	out.batch(func() {
		for _, s := range all {
			if o.Terminal {
				out.print(0, display.PadRight(s.Key, key)+"  "+display.PadRight(display.Clean(s.Value), value)+"  "+s.Source)
			} else {
				out.tabbed(s.Key, s.Value, s.Source)
			}
		}
	})
	return out.err
}

type jsonEvent struct {
	kind
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Events  []string `json:"events,omitempty"`
}

// Events lists what can be triggered: events, and scenarios made of them.
func Events(w io.Writer, f Format, events []webhook.EventInfo, scenarios []sample.ScenarioInfo) error {
	if f == FormatJSON {
		return eventsJSON(w, events, scenarios)
	}
	const column = 20
	var b strings.Builder
	b.WriteString("Events\n")
	for _, e := range events {
		b.WriteString("  " + display.PadRight(e.Name, column) + e.When + "\n")
	}
	b.WriteString("\nScenarios\n")
	for _, s := range scenarios {
		b.WriteString("  " + display.PadRight(s.Name, column) + s.Summary + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func eventsJSON(w io.Writer, events []webhook.EventInfo, scenarios []sample.ScenarioInfo) error {
	enc := newEncoder(w)
	for _, e := range events {
		if err := enc.Encode(jsonEvent{kind: of("event"), Name: e.Name, Summary: e.When}); err != nil {
			return err
		}
	}
	for _, s := range scenarios {
		if err := enc.Encode(jsonEvent{of("scenario"), s.Name, s.Summary, s.Events}); err != nil {
			return err
		}
	}
	return nil
}

// WelcomeText is what `vidiking` alone says.
type WelcomeText struct {
	Listening   bool // a listen runs, and its way in works
	TunnelDown  bool // a listen runs, and it does not
	Lines       []string
	Suggestions []Suggestion
}

// Welcome says what can be done now: commands first, so that they can be copied, with what each does beside it.
func Welcome(o Options, t WelcomeText) error {
	p := newText(o)
	for i, l := range t.Lines {
		if i == 0 && (t.Listening || t.TunnelDown) {
			glyph, role := p.state(true)
			if t.TunnelDown {
				glyph, role = p.o.Style.Symbols("○"), display.Caution
			}
			p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: l}})
			continue
		}
		p.out.print(0, l)
	}
	p.out.blank()
	width := 41
	for _, s := range t.Suggestions {
		width = max(width, display.Width(o.Command(s.Command)))
	}
	for _, s := range t.Suggestions {
		p.out.line(2, display.Line{{Text: display.PadRight(o.Command(s.Command), width+2), Role: display.Bold}, {Text: s.Text}})
	}
	p.out.blank()
	p.out.print(0, "All commands: vidiking help")
	return p.out.err
}

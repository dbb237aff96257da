package output

import (
	"io"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Setting is one setting of the program, as `config` prints it.
type Setting struct {
	Key, Value, Source string
}

type jsonSetting struct {
	kind
	Key    string `json:"key"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Settings lists settings in aligned columns on a terminal, and separated by tabs otherwise.
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
				out.text(0, display.PadRight(s.Key, key)+"  "+display.PadRight(display.Clean(s.Value), value)+"  "+s.Source)
			} else {
				out.tabbed(s.Key, s.Value, s.Source)
			}
		}
	})
	return out.err
}

type jsonPath struct {
	kind
	Path string `json:"path"`
}

// PathJSON writes the path of the configuration file as an object.
func PathJSON(w io.Writer, path string) error {
	return newEncoder(w).Encode(jsonPath{of("path"), path})
}

type jsonEvent struct {
	kind
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Events  []string `json:"events,omitempty"`
}

// Events lists the names that can be triggered: events and scenarios.
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

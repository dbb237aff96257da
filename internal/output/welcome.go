package output

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
)

// WelcomeText is the output of `vidiking` without a command.
type WelcomeText struct {
	Listening   bool // a listen is running, and its tunnel is up
	TunnelDown  bool // a listen is running, and its tunnel is down
	Lines       []string
	Suggestions []Suggestion
	Status      Status // the same, for programs
}

// Status is the state of the program on this machine.
type Status struct {
	Listening bool      // a listen is running
	URL       string    // where it receives events
	Tunnel    string    // the state of its tunnel
	Since     time.Time // when it started

	Deliveries  *int // in the log; nil if there is no log, or if it cannot be read
	Undelivered *int
	NeedsSecret bool   // the handler probably does not have the secret yet
	Problem     string // why the sessions or the log cannot be read
}

type jsonStatus struct {
	kind
	Listening   bool             `json:"listening"`
	URL         string           `json:"url,omitempty"`
	Tunnel      string           `json:"tunnel_state,omitempty"`
	Since       *jsonTime        `json:"since,omitempty"`
	Deliveries  *int             `json:"deliveries,omitempty"`
	Undelivered *int             `json:"undelivered,omitempty"`
	NeedsSecret bool             `json:"needs_secret,omitempty"`
	Problem     string           `json:"problem,omitempty"`
	Next        []jsonSuggestion `json:"next"`
}

type jsonSuggestion struct {
	Command string `json:"command"`
	Text    string `json:"text"`
}

func statusObject(o Options, t WelcomeText) jsonStatus {
	s := t.Status
	out := jsonStatus{
		kind: of("status"), Listening: s.Listening, URL: s.URL, Tunnel: s.Tunnel, Deliveries: s.Deliveries, Undelivered: s.Undelivered,
		NeedsSecret: s.NeedsSecret, Problem: s.Problem, Next: make([]jsonSuggestion, 0, len(t.Suggestions)),
	}
	if !s.Since.IsZero() {
		since := jsonTime(s.Since)
		out.Since = &since
	}
	for _, n := range t.Suggestions {
		out.Next = append(out.Next, jsonSuggestion{o.Command(n.Command), n.Text})
	}
	return out
}

// Welcome prints suggested commands, each with a description after it. Commands come first, which makes them easy to
// copy.
func Welcome(o Options, t WelcomeText) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(statusObject(o, t))
	}
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
		p.out.text(0, l)
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
	p.out.text(0, "Run 'vidiking help' for all commands.")
	return p.out.err
}

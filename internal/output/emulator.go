package output

import (
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// EmulatorReady is the ready block of `emulator`.
type EmulatorReady struct {
	URL     string // the base URL of the API
	Key     string // which API keys are accepted
	Clock   string
	Now     time.Time // what the clock shows
	Secret  string    // masked
	State   string    // the directory; empty: temporary
	Seed    uint64
	Pending int // jobs and deliveries that an earlier run left
	Next    []Suggestion
}

type jsonEmulator struct {
	kind
	URL     string   `json:"url"`
	Control string   `json:"control_url"`
	Clock   string   `json:"clock"`
	Now     jsonTime `json:"now"`
	State   string   `json:"state,omitempty"`
	Seed    uint64   `json:"seed"`
	Pending int      `json:"pending"`
}

// Emulator prints the ready block of `emulator`. control is the URL of the control API.
func Emulator(o Options, r EmulatorReady, control string) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonEmulator{of("emulator"), r.URL, control, r.Clock, jsonTime(r.Now), r.State, r.Seed, r.Pending})
	}
	if o.Quiet {
		return nil
	}
	p := newText(o)
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: "Ready", Role: display.Bold}})
	p.out.blank()
	p.label("url", r.URL, "")
	p.label("api-key", r.Key, "")
	p.label("clock", r.Clock, "")
	p.label("signature", r.Secret, " (until your program registers a webhook with its own secret)")
	if r.State == "" {
		p.label("state", "temporary", " (keep it with --state DIR)")
	} else {
		p.label("state", p.tilde(r.State), "")
	}
	p.out.blank()
	for _, s := range r.Next {
		p.out.text(2, s.Text)
		p.out.command(4, "", p.o.Command(s.Command))
	}
	p.out.blank()
	return p.out.err
}

// EmulatorStopped is the summary of a run of the emulator, or of moving its clock.
type EmulatorStopped struct {
	Sentence string // as text
	Attempts int
	Now      time.Time // what the clock shows
}

type jsonEmulatorStopped struct {
	kind
	Attempts int      `json:"attempts"`
	Now      jsonTime `json:"now"`
}

// EmulatorClosing prints the closing line of `emulator` and `emulator advance`. name is the type of the JSON object.
func EmulatorClosing(o Options, name string, s EmulatorStopped) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonEmulatorStopped{of(name), s.Attempts, jsonTime(s.Now)})
	}
	if !o.Quiet {
		p := newText(o)
		p.ClosingLine(s.Sentence)
	}
	return nil
}

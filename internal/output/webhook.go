package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// AccountWebhook is the account's global webhook, as far as it is known.
type AccountWebhook struct {
	Done        string // the action that was just taken, for example "Set"; empty: none
	URL         string
	Events      []string
	EventsText  string // Events in words
	Secret      string // masked, unless --reveal was given
	SecretNote  string // follows Secret
	SetAt       time.Time
	API         string
	Sandbox     bool
	Replaced    string // the previous URL
	Unconfirmed string // the URL that an unanswered API call may have set instead
	Listen      string // the URL of a listen that is registered temporarily
	Next        []Suggestion
}

type jsonAccountWebhook struct {
	kind
	URL      string   `json:"url"`
	Events   []string `json:"events"`
	Secret   string   `json:"secret"`
	SetAt    jsonTime `json:"set_at"`
	API      string   `json:"api_url"`
	Sandbox  bool     `json:"sandbox,omitempty"`
	Replaced string   `json:"replaced,omitempty"`
	Unsure   string   `json:"unconfirmed,omitempty"`
	Listen   string   `json:"listen,omitempty"`
}

// Webhook prints the account's webhook as labels and values.
func Webhook(o Options, w AccountWebhook) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonAccountWebhook{
			of("webhook"), w.URL, w.Events, w.Secret, jsonTime(w.SetAt), w.API, w.Sandbox, w.Replaced, w.Unconfirmed, w.Listen,
		})
	}
	p := newText(o)
	if w.Done != "" {
		p.done(w.Done)
	}
	events := w.EventsText
	if !o.Terminal {
		events = strings.Join(w.Events, ",")
	}
	p.fact("url", w.URL, "")
	p.fact("events", events, "")
	p.fact("secret", w.Secret, w.SecretNote)
	p.fact("replaced", w.Replaced, "")
	if w.Done == "" {
		p.fact("set", p.formatTime(w.SetAt), "")
	}
	p.fact("unconfirmed", w.Unconfirmed, terminalOnly(o, " (a change to it got no response)"))
	p.fact("listen", w.Listen, terminalOnly(o, " (registered until listen ends)"))
	for _, s := range w.Next {
		p.err.blank()
		p.err.text(2, s.Text)
		p.err.command(4, "", p.o.Command(s.Command))
	}
	return p.out.err
}

func terminalOnly(o Options, note string) string {
	if o.Terminal {
		return note
	}
	return ""
}

// done prints what was done. Without a terminal, only the values are printed.
func (p *textPrinter) done(what string) {
	if !p.o.Terminal {
		return
	}
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: what, Role: display.Bold}})
	p.out.blank()
}

// fact prints a label and its value, separated by a tab if stdout is not a terminal.
func (p *textPrinter) fact(name, value, note string) {
	switch {
	case value == "":
	case !p.o.Terminal:
		p.out.tabbed(name, value)
	default:
		p.label(name, p.o.Style.Clean(value), note)
	}
}

// formatTime formats a time for people on a terminal, and for programs otherwise.
func (p *textPrinter) formatTime(t time.Time) string {
	if !p.o.Terminal {
		text, _ := jsonTime(t).MarshalText() // cannot fail
		return string(text)
	}
	return t.In(p.o.Style.Location).Format("2006-01-02 15:04:05")
}

// Request is a request that was not sent.
type Request struct {
	Method, URL string
	Header      []webhook.Field
	Body        []byte // JSON
}

type jsonRequest struct {
	kind
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Headers [][2]string     `json:"headers"`
	Body    json.RawMessage `json:"body"`
}

// DryRun prints a request as it would be sent, with a formatted body.
func DryRun(o Options, r Request) error {
	if o.Format == FormatJSON {
		return newEncoder(o.Stdout).Encode(jsonRequest{of("request"), r.Method, r.URL, pairs(webhook.Header(r.Header)), r.Body})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\n", r.Method, display.Clean(r.URL))
	for _, f := range r.Header {
		fmt.Fprintf(&b, "%s: %s\n", f.Name, display.Clean(f.Value))
	}
	b.WriteByte('\n')
	if err := json.Indent(&b, display.EscapeJSON(r.Body), "", "  "); err != nil {
		return fmt.Errorf("format %s: %w", strconv.Quote(string(r.Body)), err)
	}
	b.WriteByte('\n')
	_, err := io.Copy(o.Stdout, &b)
	return err
}

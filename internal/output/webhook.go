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
	Done        string // what was done with it just now, as in Set; empty: nothing
	URL         string
	Events      []string
	EventsText  string // Events in few words
	Secret      string // masked, unless it was asked for
	SecretNote  string // said behind Secret
	SetAt       time.Time
	API         string
	Sandbox     bool
	Replaced    string // the URL before
	Unconfirmed string // the URL that a call without an answer may have set instead
	Listen      string // the URL of a listen that is registered in its place for a while
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
	Unsure   string   `json:"unsure,omitempty"`
	Listen   string   `json:"listen,omitempty"`
}

// Webhook shows the account's webhook: on a terminal and off it a label and a value a line.
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
	p.fact("unsure", w.Unconfirmed, terminalOnly(o, ": a change to it had no answer"))
	p.fact("listen", w.Listen, terminalOnly(o, ": registered until it ends"))
	for _, s := range w.Next {
		p.err.blank()
		p.err.print(2, s.Text)
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

// done says that something was done; what follows says what it looks like now. A file gets the facts alone.
func (p *textPrinter) done(what string) {
	if !p.o.Terminal {
		return
	}
	glyph, role := p.o.Style.Glyph(webhook.StatusDelivered)
	p.out.line(0, display.Line{{Text: glyph + " ", Role: role}, {Text: what, Role: display.Bold}})
	p.out.blank()
}

// fact writes one line of a label and its value; off a terminal with a tab between.
func (p *textPrinter) fact(name, value, note string) {
	switch {
	case value == "":
	case !p.o.Terminal:
		p.out.tabbed(name, value)
	default:
		p.label(name, p.o.Style.Clean(value), note)
	}
}

// formatTime is a time as people read it, or as machines do.
func (p *textPrinter) formatTime(t time.Time) string {
	if !p.o.Terminal {
		text, _ := jsonTime(t).MarshalText() // it can't fail
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

// DryRun shows a request as it would go over the wire, its body laid out for reading.
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
		return fmt.Errorf("lay out %s: %w", strconv.Quote(string(r.Body)), err)
	}
	b.WriteByte('\n')
	_, err := io.Copy(o.Stdout, &b)
	return err
}

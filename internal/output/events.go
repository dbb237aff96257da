package output

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

type jsonCatalogEvent struct {
	kind
	Name         string      `json:"name"`
	Summary      string      `json:"summary,omitempty"`
	IsDocumented bool        `json:"documented"`
	Deliveries   int         `json:"deliveries"`
	Fields       []jsonField `json:"fields,omitempty"`
}

type jsonField struct {
	Path        string          `json:"path"`
	Types       []string        `json:"types"`
	Basis       sample.Basis    `json:"basis"`
	IsRequired  bool            `json:"required"`
	Format      string          `json:"format,omitempty"`
	Values      []string        `json:"values,omitempty"`
	Description string          `json:"description,omitempty"`
	Example     json.RawMessage `json:"example,omitempty"`
	Seen        int             `json:"seen,omitempty"`
	Of          int             `json:"of,omitempty"`
}

// EventList lists events with the number of their deliveries, followed by the undocumented events among the deliveries.
func EventList(o Options, events []sample.Event, counts map[string]int) error {
	all := slices.Clone(events)
	for _, name := range undocumented(counts) {
		all = append(all, sample.Event{Name: name})
	}
	if o.Format == FormatJSON {
		enc := newEncoder(o.Stdout)
		for _, e := range all {
			if err := enc.Encode(jsonCatalogEvent{of("event"), e.Name, e.When, e.IsDocumented(), counts[e.Name], nil}); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"event", "when", "deliveries"}}
	for _, e := range all {
		when := e.When
		if !e.IsDocumented() {
			when = "not documented"
		}
		rows = append(rows, []string{e.Name, when, strconv.Itoa(counts[e.Name])})
	}
	out := newStream(o.Stdout, o.Color, o.Style)
	out.batch(func() { table(out, o, rows) })
	return out.err
}

// undocumented returns the names of events that Vidiking does not document, sorted.
func undocumented(counts map[string]int) []string {
	var names []string
	for name := range counts {
		if !webhook.IsEvent(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// table prints aligned columns with a header on a terminal, and separated by tabs without one otherwise.
func table(out *stream, o Options, rows [][]string) {
	if !o.Terminal {
		for _, row := range rows[1:] {
			out.tabbed(row...)
		}
		return
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], display.Width(o.Style.Clean(cell)))
		}
	}
	for n, row := range rows {
		var b strings.Builder
		for i, cell := range row[:len(row)-1] {
			b.WriteString(display.PadRight(o.Style.Clean(cell), widths[i]) + "  ")
		}
		b.WriteString(row[len(row)-1])
		role := display.Plain
		if n == 0 {
			role = display.Dim
		}
		out.line(0, display.Line{{Text: strings.TrimRight(b.String(), " "), Role: role}})
	}
}

// EventFields shows the fields of events.
func EventFields(o Options, events []sample.Event, counts map[string]int) error {
	if o.Format == FormatJSON {
		enc := newEncoder(o.Stdout)
		for _, e := range events {
			object := jsonCatalogEvent{of("event"), e.Name, e.When, e.IsDocumented(), counts[e.Name], fieldObjects(nil, "", e.Payload)}
			if err := enc.Encode(object); err != nil {
				return err
			}
		}
		return nil
	}
	out := newStream(o.Stdout, o.Color, o.Style)
	out.batch(func() {
		for i, e := range events {
			if i > 0 {
				out.blank()
			}
			eventFields(out, o, e, counts[e.Name])
		}
		if len(events) == 1 && events[0].IsDocumented() && o.Terminal {
			out.blank()
			out.command(0, "Send a sample: ", o.Command("vidiking trigger "+events[0].Name))
		}
	})
	return out.err
}

func eventFields(out *stream, o Options, e sample.Event, count int) {
	when := e.When
	if !e.IsDocumented() {
		when = "not documented"
	}
	rows := [][]string{{"field", "type", "basis", "description"}}
	for _, f := range fieldObjects(nil, "", e.Payload) {
		rows = append(rows, []string{f.Path, typeText(f), string(f.Basis), describe(f)})
	}
	if !o.Terminal {
		for i := range rows {
			rows[i] = append([]string{e.Name}, rows[i]...)
		}
		table(out, o, rows)
		return
	}
	out.line(0, display.Line{{Text: e.Name, Role: display.Bold}, {Text: ": " + when + "; " + display.Deliveries(count) + " in the log"}})
	out.blank()
	table(out, o, rows)
}

func typeText(f jsonField) string {
	if f.Format != "" {
		return f.Format
	}
	return strings.Join(f.Types, "|")
}

// describe returns the description of a field, and how often it was observed.
func describe(f jsonField) string {
	var parts []string
	if f.Description != "" {
		parts = append(parts, f.Description)
	}
	if f.Seen > 0 {
		parts = append(parts, fmt.Sprintf("Observed in %d of %d.", f.Seen, f.Of))
	}
	return strings.Join(parts, " ")
}

// fieldObjects appends the fields of a shape, each followed by the fields below it. The path of an array's items ends with [], and that
// of a map's values with *.
func fieldObjects(all []jsonField, path string, s sample.Shape) []jsonField {
	for _, f := range s.Fields {
		at := jsontext.PathTo(path, f.Name)
		all = append(all, jsonField{
			Path: at, Types: f.Types.Names(), Basis: f.Basis, IsRequired: f.IsRequired(), Format: f.Format, Values: f.Values,
			Description: f.Description, Example: json.RawMessage(f.Example), Seen: f.Seen, Of: f.Of,
		})
		all = below(all, at, f.Shape)
	}
	return all
}

func below(all []jsonField, path string, s sample.Shape) []jsonField {
	all = fieldObjects(all, path, s)
	for _, inner := range []struct {
		path string
		of   *sample.Shape
	}{{path + "[]", s.Items}, {path + ".*", s.Any}} {
		if inner.of != nil {
			all = append(all, jsonField{Path: inner.path, Types: inner.of.Types.Names(), Basis: sample.Observed})
			all = below(all, inner.path, *inner.of)
		}
	}
	return all
}

type jsonMismatch struct {
	kind
	ID      webhook.ID `json:"id"`
	Event   string     `json:"event"`
	Path    string     `json:"path"`
	Problem string     `json:"problem"`
}

type jsonEventCheck struct {
	kind
	Checked      int `json:"checked"`
	Mismatched   int `json:"mismatched"`
	Undocumented int `json:"undocumented"`
}

// EventCheck prints the payloads that do not match the catalog, and a summary.
type EventCheck struct {
	Mismatched int // deliveries

	o                     Options
	out                   *stream
	enc                   *json.Encoder
	checked, undocumented int
}

// NewEventCheck returns a report of nothing yet.
func NewEventCheck(o Options) *EventCheck {
	out := newStream(o.Stdout, o.Color, o.Style)
	return &EventCheck{o: o, out: out, enc: newEncoder(out)}
}

// Add adds a delivery that was checked, and prints what does not match.
func (c *EventCheck) Add(d webhook.Summary, found []sample.Mismatch) {
	c.checked++
	if len(found) > 0 {
		c.Mismatched++
	}
	for _, m := range found {
		switch {
		case c.o.Format == FormatJSON:
			_ = c.enc.Encode(jsonMismatch{of("mismatch"), d.ID, d.Event, m.Path, m.Problem}) // the stream remembers errors
		case c.o.Terminal:
			glyph, role := c.o.Style.Glyph(webhook.StatusRefused)
			c.out.line(0, display.Line{
				{Text: glyph, Role: role}, {Text: " " + display.ShortID(d.ID, c.o.Style) + "  " + display.PadRight(d.Event, 18) + "  " + m.Path + " " + m.Problem},
			})
		default:
			c.out.tabbed(string(d.ID), d.Event, m.Path, m.Problem)
		}
	}
}

// AddUndocumented adds a delivery of an event that is not documented. It cannot be checked.
func (c *EventCheck) AddUndocumented() { c.undocumented++ }

// Close prints the summary.
func (c *EventCheck) Close() error {
	if c.o.Format == FormatJSON {
		_ = c.enc.Encode(jsonEventCheck{of("event_check"), c.checked, c.Mismatched, c.undocumented})
		return c.out.err
	}
	text := display.Deliveries(c.checked) + " checked, " + display.Count(c.Mismatched) + " with a payload that does not match"
	if c.undocumented > 0 {
		text += "; " + display.Count(c.undocumented) + " of undocumented events not checked"
	}
	New(c.o).ClosingLine(text)
	return c.out.err
}

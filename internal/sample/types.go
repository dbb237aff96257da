package sample

import (
	"fmt"
	"strings"
	"unicode"
)

// Language is a programming language that [WriteTypes] knows.
type Language string

// The languages.
const (
	TypeScript Language = "ts"
	Go         Language = "go"
	Python     Language = "python"
)

// Languages returns all languages.
func Languages() []Language { return []Language{TypeScript, Go, Python} }

// WriteTypes returns source code in the language: a type for the payload of each event, and code to choose among them.
// The same events give the same bytes.
func WriteTypes(in Language, events []Event) string {
	all := named(events)
	switch in {
	case TypeScript:
		return writeTypeScript(all)
	case Go:
		return writeGo(all)
	default:
		return writePython(all)
	}
}

// namedEvent is an event with the name of its type.
type namedEvent struct {
	Event
	typeName string
}

// named names the types of the events. Undocumented names may be any text, so different ones can lead to the same identifier.
func named(events []Event) []namedEvent {
	taken := map[string]bool{}
	for _, name := range strings.Fields("EventMap EventName VidikingEvent Parse Record Array Any Dict List Literal NotRequired TypedDict Union") {
		taken[name] = true // by the code around the types
	}
	var all []namedEvent
	for _, e := range events {
		all = append(all, namedEvent{e, take(taken, pascal(e.Name))})
	}
	return all
}

// take returns a name that is not taken yet, and takes it.
func take(taken map[string]bool, base string) string {
	name := base
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	taken[name] = true
	return name
}

// pascal makes an identifier of a name: render.complete becomes RenderComplete. It keeps only ASCII, which all languages allow.
func pascal(name string) string {
	var b strings.Builder
	upper := true
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = true
			continue
		case upper:
			r = unicode.ToUpper(r)
		}
		upper = false
		b.WriteRune(r)
	}
	if b.Len() == 0 || unicode.IsDigit(rune(b.String()[0])) {
		return "Event" + b.String()
	}
	return b.String()
}

// knownAs describes in a comment how a field is known. It never contains outside text.
func knownAs(f Field) string {
	switch f.Basis {
	case Documented:
		return f.Description
	case Invented:
		return f.Description + " Not documented; the samples have it."
	default:
		return "Observed in deliveries."
	}
}

// heading is the first comment of generated code.
func heading(events []namedEvent) string {
	for _, e := range events {
		if e.Payload.hasBasis(Observed) {
			return "Payloads of Vidiking webhooks, with everything that was observed in a delivery log."
		}
	}
	return "Payloads of Vidiking webhooks."
}

// hasBasis reports whether a field of the shape is known in the given way.
func (s Shape) hasBasis(b Basis) bool {
	for _, f := range s.Fields {
		if f.Basis == b || f.hasBasis(b) {
			return true
		}
	}
	return s.Items != nil && s.Items.hasBasis(b)
}

// isIdentifier reports whether a name is an identifier in every language.
func isIdentifier(name string) bool {
	for i, r := range name {
		if r > unicode.MaxASCII || r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return name != ""
}

// codeWriter writes indented lines.
type codeWriter struct {
	strings.Builder
	unit string // of indentation
}

func (w *codeWriter) line(depth int, text string) {
	if text != "" {
		w.WriteString(strings.Repeat(w.unit, depth))
	}
	w.WriteString(text)
	w.WriteByte('\n')
}

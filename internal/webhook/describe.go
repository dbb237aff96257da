package webhook

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// Description is information that a body contains about itself. All of it is outside text: clean it before you show it.
type Description struct {
	// Event is the string "event" of the object, truncated to MaxText bytes. It is empty if the body is not an object or its
	// event is not a string.
	Event string
	// Job is the id in the object's data (of a job or an image), a string or number, truncated to MaxText bytes. It is empty if
	// there is none.
	Job string
	// About is the text for a row: the id, otherwise "amount 50", otherwise "balance 312". Numbers keep their spelling. It has at
	// most 64 characters.
	About string
}

const maxAboutCharacters = 64

// gzipMagic begins every gzip file (RFC 1952, 2.3.1).
var gzipMagic = []byte{0x1f, 0x8b}

// Describe reads a body once. The last of duplicate keys counts, as in every parser. The Description is empty if the body is not
// valid JSON, so Describe always reads to the end.
//
// Describe decompresses a gzip body, up to 1 MiB, because routes select deliveries by their event.
//
// Describe runs for every delivery before it is recorded. It allocates only the text that it returns.
func Describe(body []byte) Description {
	if bytes.HasPrefix(body, gzipMagic) {
		body, _ = Decode("gzip", body)
	}
	text := jsontext.WithoutMark(body)
	scanner := jsontext.NewScanner(text)
	var event []byte
	var found subjectFields
	field, inData := fieldNone, false // the field whose value comes next; whether the scanner is inside "data"
	for {
		t := scanner.Next()
		written := text[t.From:t.To]
		switch t.Kind {
		case jsontext.Invalid:
			return Description{}
		case jsontext.End:
			return found.describe(eventName(event))
		case jsontext.Name:
			field = fieldNone
			switch depth := scanner.Depth(); {
			case depth == 1 && jsontext.IsName(written, "event"):
				field = fieldEvent
			case depth == 1:
				if inData = jsontext.IsName(written, "data"); inData {
					found = subjectFields{} // the last of duplicate keys counts
				}
			case depth == 2 && inData:
				field = subjectFieldOf(written)
			}
		case jsontext.Open, jsontext.Word:
			storeValue(&event, &found, field, nil)
			field = fieldNone
		case jsontext.String, jsontext.Number:
			storeValue(&event, &found, field, written)
			field = fieldNone
		}
	}
}

// subjectField is a field that identifies the subject of a delivery.
type subjectField int

const (
	fieldID subjectField = iota
	fieldAmount
	fieldBalance
	fieldEvent
	fieldNone
)

// subjectFields holds the raw values of the fields in data, most specific first.
type subjectFields [fieldEvent][]byte

func subjectFieldOf(name []byte) subjectField {
	switch {
	case jsontext.IsName(name, "id"):
		return fieldID
	case jsontext.IsName(name, "amount"):
		return fieldAmount
	case jsontext.IsName(name, "balance"):
		return fieldBalance
	default:
		return fieldNone
	}
}

// storeValue stores a value. Values that are neither strings nor numbers are passed as nil.
func storeValue(event *[]byte, found *subjectFields, field subjectField, written []byte) {
	switch {
	case field == fieldEvent:
		*event = written
	case field < fieldEvent:
		found[field] = written
	}
}

func (c *subjectFields) describe(event string) Description {
	d := Description{Event: event, Job: literalText(c[fieldID])}
	d.About = truncateAbout(d.Job)
	for field, label := range [...]string{fieldAmount: "amount ", fieldBalance: "balance "} {
		if label == "" || d.About != "" {
			continue
		}
		if text := literalText(c[field]); text != "" {
			d.About = truncateAbout(label + text)
		}
	}
	return d
}

// eventName returns the text of an event. It does not allocate for documented events.
func eventName(written []byte) string {
	if len(written) == 0 || written[0] != '"' {
		return ""
	}
	name := written[1 : len(written)-1]
	for _, event := range [...]string{
		EventRenderQueued, EventRenderProcessing, EventRenderComplete, EventRenderFailed,
		EventAIComplete, EventAIFailed, EventWalletLowBalance, EventWalletDeposit,
	} {
		if string(name) == event {
			return event
		}
	}
	return literalText(written)
}

// literalText returns the text of a string, or a number as spelled in the body, truncated to MaxText bytes.
func literalText(written []byte) string {
	if len(written) == 0 || written[0] != '"' {
		return Truncate(string(written[:min(len(written), MaxText+1)]))
	}
	return Truncate(jsontext.Unquote(startOfLiteral(written)))
}

// truncateAbout truncates s to the maximum length of About.
func truncateAbout(s string) string {
	if len(s) <= maxAboutCharacters || utf8.RuneCountInString(s) <= maxAboutCharacters {
		return s
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n == maxAboutCharacters {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + "…"
}

package webhook

import (
	"strings"
	"unicode/utf8"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// Description is what a body says about itself. All of it is outside text: clean it before it is shown.
type Description struct {
	// Event is the string "event" of the object, at most MaxText bytes; "" if the body is not an object, or its event not a string.
	Event string
	// Job is the id in the object's data (of a job or an image), a string or number, at most MaxText bytes; "" if there is none.
	Job string
	// About is what a row shows: the id, else "amount 50", else "balance 312", with numbers as they are written, at most 64 characters.
	About string
}

const maxAboutCharacters = 64

// Describe reads a body once. Of duplicate keys the last counts, as for every parser. If the body is not JSON, the Description is empty:
// Describe cannot stop early, because the body may turn out not to be JSON.
//
// It is called for every delivery before it is recorded, and allocates only the text that it returns.
func Describe(body []byte) Description {
	text := jsontext.WithoutMark(body)
	scanner := jsontext.NewScanner(text)
	var event []byte
	var found clues
	due, inData := nothing, false // which clue the next value is; whether it is in the value of "data"
	for {
		t := scanner.Next()
		written := text[t.From:t.To]
		switch t.Kind {
		case jsontext.Invalid:
			return Description{}
		case jsontext.End:
			return found.describe(eventName(event))
		case jsontext.Name:
			due = nothing
			switch depth := scanner.Depth(); {
			case depth == 1 && jsontext.IsName(written, "event"):
				due = clueEvent
			case depth == 1:
				if inData = jsontext.IsName(written, "data"); inData {
					found = clues{} // of duplicate keys the last counts
				}
			case depth == 2 && inData:
				due = clueOf(written)
			}
		case jsontext.Open, jsontext.Word:
			keep(&event, &found, due, nil)
			due = nothing
		case jsontext.String, jsontext.Number:
			keep(&event, &found, due, written)
			due = nothing
		}
	}
}

// clue is a value that tells what a delivery is about.
type clue int

const (
	clueID clue = iota
	clueAmount
	clueBalance
	clueEvent
	nothing
)

// clues are the values in data, as written, the most telling first.
type clues [clueEvent][]byte

func clueOf(name []byte) clue {
	switch {
	case jsontext.IsName(name, "id"):
		return clueID
	case jsontext.IsName(name, "amount"):
		return clueAmount
	case jsontext.IsName(name, "balance"):
		return clueBalance
	default:
		return nothing
	}
}

// keep stores a value; nil for a value that is neither a string nor a number.
func keep(event *[]byte, found *clues, due clue, written []byte) {
	switch {
	case due == clueEvent:
		*event = written
	case due < clueEvent:
		found[due] = written
	}
}

func (c *clues) describe(event string) Description {
	d := Description{Event: event, Job: literalText(c[clueID])}
	d.About = capped(d.Job)
	for clue, label := range [...]string{clueAmount: "amount ", clueBalance: "balance "} {
		if label == "" || d.About != "" {
			continue
		}
		if text := literalText(c[clue]); text != "" {
			d.About = capped(label + text)
		}
	}
	return d
}

// eventName returns the text of an event. The documented events cost no allocation.
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

// literalText returns the text of a string, or a number as it is written, at most MaxText bytes.
func literalText(written []byte) string {
	if len(written) == 0 || written[0] != '"' {
		return Truncate(string(written[:min(len(written), MaxText+1)]))
	}
	return Truncate(jsontext.Unquote(startOf(written)))
}

// capped cuts s to the characters that About has at most.
func capped(s string) string {
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

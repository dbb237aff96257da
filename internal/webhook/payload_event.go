package webhook

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// EventOf returns the event of a body that is a payload: the string "event" of a JSON object. It returns "" where the body is no
// object, no JSON at all, or its event no string. Of an event that is there twice it is the last, as for every parser. An event longer
// than MaxText bytes is cut.
//
// It is on the path of every delivery: it reads the body once and allocates nothing for the events that Vidiking documents. It
// can't stop at the first event that it finds, since another may follow, or the body stop being JSON.
func EventOf(body []byte) string {
	s := scanner{text: body, at: markLength(body)}
	if !s.document() || len(s.event) == 0 || s.event[0] != '"' {
		return ""
	}
	name := s.event[1 : len(s.event)-1]
	switch string(name) {
	case EventRenderQueued:
		return EventRenderQueued
	case EventRenderProcessing:
		return EventRenderProcessing
	case EventRenderComplete:
		return EventRenderComplete
	case EventRenderFailed:
		return EventRenderFailed
	case EventAIComplete:
		return EventAIComplete
	case EventAIFailed:
		return EventAIFailed
	case EventWalletLowBalance:
		return EventWalletLowBalance
	case EventWalletDeposit:
		return EventWalletDeposit
	}
	return Cut(unquote(startOf(s.event)))
}

// isEventName reports whether a name, as written, is "event".
func isEventName(literal []byte) bool {
	return string(literal) == `"event"` || bytes.IndexByte(literal, '\\') >= 0 && unquote(literal) == "event"
}

// unquote returns what a string literal, which is known to be one, says. What is no Unicode in it becomes U+FFFD.
func unquote(literal []byte) string {
	if inner := literal[1 : len(literal)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(literal, &s) // a string literal is always one
	return s
}

package filter

import "slices"

// Key is the field of a delivery that a term examines.
type Key string

// Keys of terms. Free is the key of a word without a key.
const (
	Free     Key = ""
	Event    Key = "event"
	Status   Key = "status"
	Code     Key = "code"
	Verdict  Key = "verdict"
	Origin   Key = "origin"
	Since    Key = "since"
	Until    Key = "until"
	Took     Key = "took"
	Size     Key = "size"
	Attempts Key = "attempts"
	ID       Key = "id"
	About    Key = "about"
	Target   Key = "target"
	Header   Key = "header"
	Body     Key = "body"
	Response Key = "response"
	Failure  Key = "error"
)

// Kind is the kind of a key's values. It determines which field of a Value is set.
type Kind int

// Kinds of values.
const (
	Texts    Kind = iota // text that the delivery contains somewhere, in any case
	Names                // fixed names
	Patterns             // event patterns
	Numbers              // ranges of numbers
	Prefixes             // prefixes of an id
)

// Kind returns the kind of the key's values.
func (k Key) Kind() Kind {
	switch k {
	case Event:
		return Patterns
	case Status, Verdict, Origin:
		return Names
	case Code, Since, Until, Took, Size, Attempts:
		return Numbers
	case ID:
		return Prefixes
	default:
		return Texts
	}
}

// KeyInfo documents a key.
type KeyInfo struct {
	Key         Key
	Description string // a short explanation without a period
	Example     string // a whole term
}

// Keys returns the documented keys in the order of the help.
func Keys() []KeyInfo {
	return []KeyInfo{
		{Event, "event name; * matches any text", "event:render.*"},
		{Status, "status", "status:failed"},
		{Code, "status code of the latest response", "code:>=500"},
		{Verdict, "result of the signature check", "verdict:invalid"},
		{Origin, "where the delivery came from", "origin:tunnel"},
		{Since, "received at or after this time", "since:1h"},
		{Until, "received before this time", "until:14:03"},
		{Took, "duration of the latest attempt", "took:>2s"},
		{Size, "size of the body", "size:>10kB"},
		{Attempts, "number of attempts", "attempts:>1"},
		{ID, "prefix of the id", "id:a61tzr"},
		{About, "text in the about column", "about:job_9bn2ze"},
		{Target, "text in the URL of a target", "target:localhost:3000"},
		{Header, "text in a header line", `header:"content-type: text"`},
		{Body, "text in the body", "body:job_9bn2ze"},
		{Response, "text in a response's headers or body", "response:TypeError"},
		{Failure, "text in the reason for a missing response", "error:certificate"},
	}
}

func keyNames() []string {
	var names []string
	for _, k := range Keys() {
		names = append(names, string(k.Key))
	}
	return names
}

func isKey(name string) bool { return slices.Contains(keyNames(), name) }

func (k Key) example() string {
	for _, info := range Keys() {
		if info.Key == k {
			return info.Example
		}
	}
	return ""
}

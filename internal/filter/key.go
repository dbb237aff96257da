package filter

import "slices"

// Key says what a term looks at.
type Key string

// The keys. Free is that of a free word, which has none.
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
	Response Key = "answer"
	Failure  Key = "error"
)

// Kind says of what sort a key's values are, and so which field of a Value counts.
type Kind int

// The kinds.
const (
	Texts    Kind = iota // what the delivery has somewhere; case does not matter
	Names                // one of a few words
	Patterns             // of events
	Numbers              // from Low to High
	Prefixes             // of an id
)

// Kind is the kind of the key's values.
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

// KeyInfo describes a key to those who type it.
type KeyInfo struct {
	Key         Key
	Description string // a few words without a full stop
	Example     string // a whole term
}

// Keys lists the keys, in the order in which help names them.
func Keys() []KeyInfo {
	return []KeyInfo{
		{Event, "the event's name; * stands for any text", "event:render.*"},
		{Status, "what became of it", "status:failed"},
		{Code, "the latest answer's status code", "code:>=500"},
		{Verdict, "what came of checking the signature", "verdict:invalid"},
		{Origin, "where it came from", "origin:tunnel"},
		{Since, "received since then", "since:1h"},
		{Until, "received before then", "until:14:03"},
		{Took, "how long the latest attempt took", "took:>2s"},
		{Size, "how large its body is", "size:>10kB"},
		{Attempts, "how many attempts there were", "attempts:>1"},
		{ID, "how its id begins", "id:a61tzr"},
		{About, "text in what it is about", "about:job_9bn2ze"},
		{Target, "text in the URL of a handler it was sent to", "target:localhost:3000"},
		{Header, "text in one of its header lines", `header:"content-type: text"`},
		{Body, "text in its body", "body:job_9bn2ze"},
		{Response, "text in an answer's header lines or body", "answer:TypeError"},
		{Failure, "text in why there was no answer", "error:certificate"},
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

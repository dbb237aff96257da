package webhook

// Finding is one reason why a signature does not match.
type Finding struct {
	Code      string    // what it is, in a word that does not change (docs/signatures.md)
	Cause     string    // a sentence
	Fix       string    // a sentence, or a command
	Certainty Certainty // how sure it is
	Detail    []string  // more of such words, where one does not say it all: what was changed about a body
}

// Certainty is how sure a finding is.
type Certainty string

// The certainties.
const (
	Certain  Certainty = "certain"  // the signature matches once that is allowed for, or it can be seen without one
	Likely   Certainty = "likely"   // it looks like that, and nothing proves it
	Possible Certainty = "possible" // nothing else was found
)

package webhook

// Finding is one reason why a signature does not match.
type Finding struct {
	Code      string    // a stable identifier (docs/signatures.md)
	Cause     string    // one sentence
	Fix       string    // one sentence, or a command
	Certainty Certainty // whether it is proven
	Framework string    // the framework or server whose response shows it; may be empty
	Detail    []string  // further identifiers, such as the changes that were made to a body
}

// Certainty is the strength of the evidence for a finding.
type Certainty string

// The certainties.
const (
	Certain  Certainty = "certain"  // the signature matches once the cause is taken into account, or the cause is evident without it
	Likely   Certainty = "likely"   // there is evidence, but no proof
	Possible Certainty = "possible" // nothing else was found
)

package cmdutil

// Manual is what help says of a command beside what Cobra knows of it. It is kept as text, and taken apart only where help is asked for.
type Manual struct {
	Flags       string // the groups of flags, a line each: "Title: name, name"; empty where there are few
	Environment string // the variables that the command reads, beside those that every command does
	Exits       string // a line each: the code, and when; a line without a code is a remark
	SeeAlso     string // commands and topics
}

// The annotations that hold a manual.
const (
	NoteFlags       = "flags"
	NoteEnvironment = "environment"
	NoteExits       = "exits"
	NoteSeeAlso     = "see-also"
)

// Annotations returns the manual as annotations of a Cobra command.
func (m Manual) Annotations() map[string]string {
	return map[string]string{NoteFlags: m.Flags, NoteEnvironment: m.Environment, NoteExits: m.Exits, NoteSeeAlso: m.SeeAlso}
}

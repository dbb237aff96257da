package cmdutil

// Manual has the sections of a command's help that Cobra does not provide. They are plain text that is parsed only when help is printed.
type Manual struct {
	Flags       string // groups of flags, one per line: "Title: name, name"; empty if there are few flags
	Environment string // variables that the command reads in addition to those of every command
	Exits       string // one exit code and its meaning per line; a line without a code is a remark
	SeeAlso     string // related commands and topics
}

// Annotations of a Cobra command that store its manual.
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

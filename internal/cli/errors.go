package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// The exit codes (docs/exit-codes.md).
const (
	exitDone        = 0
	exitFailed      = 1   // it failed, or an id names nothing
	exitUsage       = 2   // it was called or configured wrongly
	exitHandler     = 3   // a handler did not do what it should
	exitCredentials = 4   // the API key or the tunnel's token was refused, or there is none
	exitWaited      = 5   // what was waited for did not come in time
	exitInterrupted = 130 // interrupted twice
)

// exitCodes say what each code means, for whatever command.
func exitCodes() []term {
	return []term{
		{name: "0", text: "Done. Also after the first interrupt of listen, once what was under way is finished; and where an edit was cancelled or changed nothing."},
		{name: "1", text: "It failed, or an id names nothing. Of listen also: there is no tunnel, or not any more."},
		{name: "2", text: "It was called or configured wrongly. Nothing was changed."},
		{name: "3", text: "A handler did not do what it should: it refused a delivery, could not be reached, or answered otherwise than expected. Or a signature is not valid (verify)."},
		{name: "4", text: "There is no API key, or Vidiking refused it; or no token for the tunnel, or the service refused it."},
		{name: "5", text: "What was waited for did not come in time."},
		{name: "130", text: "Interrupted: listen by a second interrupt, any other command by the first."},
	}
}

// failure is an error that is ready to be shown: what failed, in the user's words, what to do, and the exit code.
type failure struct {
	code   int
	what   string   // lower case, no full stop
	detail []string // lines under it: a piece of a file with a caret
	hint   []string // what to do; may be empty
	cause  error    // what it came from; for errors.Is, not shown

	asTyped bool // the commands in the hint have the global flags that were typed
}

func (f *failure) Error() string { return f.what }
func (f *failure) Unwrap() error { return f.cause }

// Advice is what to do, for where there is one line for it.
func (f *failure) Advice() string { return strings.Join(f.hint, " ") }

// usage is a failure of how the program was called.
func usage(what string, hint ...string) *failure {
	return &failure{code: exitUsage, what: what, hint: hint}
}

// failed is a failure of what the program was to do.
func failed(cause error, what string, hint ...string) *failure {
	return &failure{code: exitFailed, what: what, hint: hint, cause: cause}
}

// errSilent ends a command with a code after it has said everything itself.
type errSilent struct{ code int }

func (e errSilent) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// errHandler ends a command whose deliveries were shown, and not all delivered.
func errHandler() error { return errSilent{exitHandler} }

// explain turns any error that a command ends with into a failure. What the parts below say by type gets its hint here, in one place.
func (a *app) explain(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	for _, try := range []func(error) *failure{a.explainStore, a.explainAPI, explainInput, explainConfig, explainTunnel} {
		if f := try(err); f != nil {
			f.cause = err
			return f
		}
	}
	return failed(err, err.Error())
}

// makeRoom is what helps on a full disk, and needs no free space itself.
const makeRoom = "remove old deliveries: vidiking webhooks prune --keep 100"

// interrupted is how a command ends that the first interrupt cut short, whatever it failed with then.
func (a *app) interrupted(err error) *failure {
	f := &failure{code: exitInterrupted, what: "interrupted", cause: err}
	if a.sends {
		f.hint = []string{"see what was sent: vidiking webhooks list"}
	}
	return f
}

// cannotRecord explains why there is no delivery log to use, always with a way out.
func (a *app) cannotRecord(err error) error {
	f := a.explain(err)
	if len(f.hint) == 0 {
		f.what = "can't open the delivery log in " + a.logPlace() + ": " + pathReason(err)
		f.hint = []string{"use another directory: --data-dir DIR"}
	}
	return f
}

// explainInput explains what was wrong with arguments that a part below read.
func explainInput(err error) *failure {
	var event *sample.UnknownEventError
	var target *dispatch.TargetError
	var long *recording.TooLongError
	var chaos *load.ChaosError
	var wrong *filter.Error
	switch {
	case errors.As(err, &long):
		return failed(err, long.Error()+": a line has 256 MiB at most", "its payload alone: vidiking webhooks show "+string(long.ID)+" --raw")
	case errors.As(err, &wrong):
		f := usage(wrong.What, lines(wrong.Hint)...)
		f.detail = caret(wrong.Text, wrong.Column(), wrong.Width())
		return f
	case errors.As(err, &event):
		return unknownEvent(event.Name, event.Closest)
	case errors.As(err, &target):
		return usage(target.Error(), target.Hint)
	case errors.As(err, &chaos):
		f := usage(chaos.Msg, chaos.Hint)
		f.detail = caret(display.Clean(chaos.Text), chaos.Column, chaos.Width)
		return f
	}
	return nil
}

func unknownEvent(name, near string) *failure {
	hint := "all events: vidiking trigger --list"
	if near != "" {
		hint = "did you mean " + near + "? A" + hint[1:]
	}
	return usage("there is no event "+name, hint, "an event that is not listed needs its payload: vidiking trigger --data FILE")
}

// explainConfig explains what is wrong with the configuration, or with a value of it, by what the error itself advises.
func explainConfig(err error) *failure {
	var advised interface {
		error
		Advice() string
	}
	if !errors.As(err, &advised) {
		return nil
	}
	f := failed(err, advised.Error(), lines(advised.Advice())...)
	var file *config.FileError
	var value *config.ValueError
	var unknown *config.UnknownError
	var noHome *config.NoHomeError
	switch {
	case errors.As(err, &file):
		f.code = exitUsage
		if file.Text != "" {
			f.detail = caret(file.Text, file.Column, file.Width)
		}
	case errors.As(err, &value), errors.As(err, &unknown), errors.As(err, &noHome):
		f.code = exitUsage
	}
	return f
}

// lines is a hint as lines; none where there is no hint.
func lines(hint string) []string {
	if hint == "" {
		return nil
	}
	return strings.Split(hint, "\n")
}

// explainStore explains what the delivery log could not do.
func (a *app) explainStore(err error) *failure {
	var missing *store.NotFoundError
	var many *store.AmbiguousError
	switch {
	case errors.As(err, &missing):
		return a.notFound(missing)
	case errors.As(err, &many):
		return a.ambiguous(many)
	case errors.Is(err, store.ErrNewerSchema):
		return failed(err, "the delivery log was written by a newer vidiking", "update vidiking, or use another log: --data-dir DIR")
	case errors.Is(err, store.ErrReadOnly):
		return failed(err, "the delivery log can't be written: "+behind(err, store.ErrReadOnly), "use another directory: --data-dir DIR")
	case errors.Is(err, store.ErrFull):
		return failed(err, "the disk is full, so the delivery log can't be written", makeRoom, "or free some space, or use another disk: --data-dir DIR")
	case errors.Is(err, store.ErrBusy):
		return failed(err, "another process keeps the delivery log busy", "try again; see what runs: vidiking")
	case errors.Is(err, store.ErrCorrupt):
		return failed(err, "the delivery log is damaged: "+behind(err, store.ErrCorrupt), "move that file away, and a new log begins")
	case errors.Is(err, store.ErrNoLog):
		return failed(err, "there is no delivery log in "+a.logPlace(), "another directory: --data-dir DIR")
	}
	return nil
}

// behind is what an error says behind the kind of it, which the words before it name.
func behind(err, kind error) string {
	_, rest, _ := strings.Cut(err.Error(), kind.Error())
	if rest = strings.TrimLeft(rest, ":, "); rest == "" {
		return err.Error()
	}
	return rest
}

// logPlace is the directory of the delivery log, as people read it.
func (a *app) logPlace() string {
	dir, err := a.dataDir()
	if err != nil {
		return "the data directory"
	}
	return a.cfg.ShortPath(dir)
}

func (a *app) notFound(e *store.NotFoundError) *failure {
	if strings.EqualFold(strings.TrimSpace(e.Typed), store.Last) {
		if e.Elsewhere > 0 {
			others := display.Deliveries(e.Elsewhere) + " of other projects"
			if e.Elsewhere == 1 {
				others = "1 delivery of another project"
			}
			return failed(e, "there is no delivery of this project yet; the log has "+others, "the newest of all projects: last --all-projects",
				"see all: vidiking webhooks list")
		}
		return failed(e, "there is no delivery yet", "send one: vidiking trigger render.complete")
	}
	if prefix, ok := webhook.ParsePrefix(e.Typed); ok {
		f := failed(e, "no delivery begins with "+prefix)
		if webhook.IsID(prefix) {
			f.what = "there is no delivery " + prefix
		}
		f.hint = a.listOf("near it: ", e.Near)
		if len(e.Near) == 0 {
			f.hint = []string{"see what there is: vidiking webhooks list"}
		}
		return f
	}
	return failed(e, fmt.Sprintf("%q is not the id of a delivery", e.Typed), "an id is dlv_ and ten characters, or the beginning of it: vidiking webhooks list")
}

func (a *app) ambiguous(e *store.AmbiguousError) *failure {
	prefix, _ := webhook.ParsePrefix(e.Typed)
	f := failed(e, fmt.Sprintf("%d deliveries begin with %s", e.Total, prefix))
	f.hint = a.listOf("", e.Matches)
	if more := e.Total - len(e.Matches); more > 0 {
		f.hint = append(f.hint, fmt.Sprintf("and %d more", more))
	}
	return f
}

// caret points at width characters of a line of text, from column on. It cleans the text for a terminal, where a character takes none,
// one or more cells.
func caret(text string, column, width int) []string {
	const shown = 60 // characters
	runes := []rune(strings.TrimRight(text, "\r\n"))
	from := max(0, min(column-1-shown/2, len(runes)-shown))
	to := min(len(runes), from+shown)
	start := max(from, min(column-1, to))
	end := max(start, min(start+width, to))
	before, wrong := display.Clean(string(runes[from:start])), display.Clean(string(runes[start:end]))
	return []string{
		before + wrong + display.Clean(string(runes[end:to])),
		strings.Repeat(" ", display.Width(before)) + "^" + strings.Repeat("~", max(0, display.Width(wrong)-1)),
	}
}

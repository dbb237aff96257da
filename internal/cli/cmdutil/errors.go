package cmdutil

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/load"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/sample"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Failure is an error that is ready to be shown.
type Failure = output.Failure

// ErrSilent ends a command with an exit code after the command has printed everything itself.
type ErrSilent = output.ErrSilent

// Usage returns a failure caused by how the program was called.
func Usage(what string, hint ...string) *Failure { return output.Usage(what, hint...) }

// Failed returns a failure of what the program was called to do.
func Failed(cause error, what string, hint ...string) *Failure {
	return output.Failed(cause, what, hint...)
}

// ErrHandler ends a command whose deliveries were shown, and not all delivered.
func ErrHandler() error { return ErrSilent{Code: ExitHandler} }

// MakeRoom is what helps on a full disk, and needs no free space itself.
const MakeRoom = output.MakeRoom

// Interrupted is how a command ends that the first interrupt cut short, whatever it failed with then.
func Interrupted(a *App, err error) *Failure {
	f := &Failure{Code: ExitInterrupted, What: "interrupted", Cause: err}
	if a.Sends {
		f.Hints = []string{"see what was sent: vidiking webhooks list"}
	}
	return f
}

// CannotRecord explains why there is no delivery log to use, always with a way out.
func CannotRecord(a *App, err error) error {
	f := a.Explain(err)
	if len(f.Hints) == 0 {
		f.What = "can't open the delivery log in " + logPlace(a) + ": " + PathReason(err)
		f.Hints = []string{"use another directory: --data-dir DIR"}
	}
	return f
}

// explainInput explains what was wrong with arguments that a part below read.
func explainInput(err error) *Failure {
	var event *sample.UnknownEventError
	var target *dispatch.TargetError
	var long *recording.TooLongError
	var chaos *load.ChaosError
	var wrong *filter.Error
	switch {
	case errors.As(err, &long):
		return Failed(err, long.Error()+": a line has 256 MiB at most", "its payload alone: vidiking webhooks show "+string(long.ID)+" --raw")
	case errors.As(err, &wrong):
		f := Usage(wrong.Problem, Lines(wrong.Hint)...)
		f.Detail = caret(wrong.Text, wrong.Column(), wrong.Width())
		return f
	case errors.As(err, &event):
		return unknownEvent(event.Name, event.Closest)
	case errors.As(err, &target):
		return Usage(target.Error(), target.Hint)
	case errors.As(err, &chaos):
		f := Usage(chaos.Msg, chaos.Hint)
		f.Detail = caret(display.Clean(chaos.Text), chaos.Column, chaos.Width)
		return f
	}
	return nil
}

func unknownEvent(name, near string) *Failure {
	hint := "all events: vidiking trigger --list"
	if near != "" {
		hint = "did you mean " + near + "? A" + hint[1:]
	}
	return Usage("there is no event "+name, hint, "an event that is not listed needs its payload: vidiking trigger --data FILE")
}

// explainConfig explains what is wrong with the configuration, or with a value of it, by what the error itself advises.
func explainConfig(err error) *Failure {
	var advised interface {
		error
		Advice() string
	}
	if !errors.As(err, &advised) {
		return nil
	}
	f := Failed(err, advised.Error(), Lines(advised.Advice())...)
	var file *config.FileError
	var value *config.ValueError
	var unknown *config.UnknownError
	var noHome *config.NoHomeError
	switch {
	case errors.As(err, &file):
		f.Code = ExitUsage
		if file.Text != "" {
			f.Detail = caret(file.Text, file.Column, file.Width)
		}
	case errors.As(err, &value), errors.As(err, &unknown), errors.As(err, &noHome):
		f.Code = ExitUsage
	}
	return f
}

// Lines is a hint as lines; none where there is no hint.
func Lines(hint string) []string {
	if hint == "" {
		return nil
	}
	return strings.Split(hint, "\n")
}

// explainStore explains what the delivery log could not do.
func explainStore(a *App, err error) *Failure {
	var missing *store.NotFoundError
	var many *store.AmbiguousError
	switch {
	case errors.As(err, &missing):
		return notFound(a, missing)
	case errors.As(err, &many):
		return ambiguous(a, many)
	case errors.Is(err, store.ErrNewerSchema):
		return Failed(err, "the delivery log was written by a newer vidiking", "update vidiking, or use another log: --data-dir DIR")
	case errors.Is(err, store.ErrReadOnly):
		return Failed(err, "the delivery log can't be written: "+behind(err, store.ErrReadOnly), "use another directory: --data-dir DIR")
	case errors.Is(err, store.ErrFull):
		return Failed(err, "the disk is full, so the delivery log can't be written", MakeRoom, "or free some space, or use another disk: --data-dir DIR")
	case errors.Is(err, store.ErrBusy):
		return Failed(err, "another process keeps the delivery log busy", "try again; see what runs: vidiking")
	case errors.Is(err, store.ErrCorrupt):
		return Failed(err, "the delivery log is damaged: "+behind(err, store.ErrCorrupt), "move that file away, and a new log begins")
	case errors.Is(err, store.ErrNoLog):
		return Failed(err, "there is no delivery log in "+logPlace(a), "another directory: --data-dir DIR")
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
func logPlace(a *App) string {
	dir, err := a.DataDir()
	if err != nil {
		return "the data directory"
	}
	return a.Cfg.ShortPath(dir)
}

func notFound(a *App, e *store.NotFoundError) *Failure {
	if strings.EqualFold(strings.TrimSpace(e.Typed), store.Last) {
		if e.Elsewhere > 0 {
			others := display.Deliveries(e.Elsewhere) + " of other projects"
			if e.Elsewhere == 1 {
				others = "1 delivery of another project"
			}
			return Failed(e, "there is no delivery of this project yet; the log has "+others, "the newest of all projects: last --all-projects",
				"see all: vidiking webhooks list")
		}
		return Failed(e, "there is no delivery yet", "send one: vidiking trigger render.complete")
	}
	if prefix, ok := webhook.ParsePrefix(e.Typed); ok {
		f := Failed(e, "no delivery begins with "+prefix)
		if webhook.IsID(prefix) {
			f.What = "there is no delivery " + prefix
		}
		f.Hints = listOf(a, "near it: ", e.Closest)
		if len(e.Closest) == 0 {
			f.Hints = []string{"see what there is: vidiking webhooks list"}
		}
		return f
	}
	return Failed(e, fmt.Sprintf("%q is not the id of a delivery", e.Typed), "an id is dlv_ and ten characters, or the beginning of it: vidiking webhooks list")
}

func ambiguous(a *App, e *store.AmbiguousError) *Failure {
	prefix, _ := webhook.ParsePrefix(e.Typed)
	f := Failed(e, fmt.Sprintf("%d deliveries begin with %s", e.Total, prefix))
	f.Hints = listOf(a, "", e.Matches)
	if more := e.Total - len(e.Matches); more > 0 {
		f.Hints = append(f.Hints, fmt.Sprintf("and %d more", more))
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

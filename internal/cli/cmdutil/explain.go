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

// Explain turns any error that ends a command into a failure with hints. Errors of lower packages get their hints here.
func Explain(a *App, err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	for _, explain := range []func(*App, error) *Failure{explainStore, explainAPI, explainInput, explainConfig, explainItself} {
		if f := explain(a, err); f != nil {
			f.Cause = err
			return f
		}
	}
	return Failed(err, err.Error())
}

// Interrupted returns the failure of a command that an interrupt ended, whatever error the command then returned.
func Interrupted(a *App, err error) *Failure {
	f := &Failure{Code: output.ExitInterrupted, What: "interrupted", Cause: err}
	if a.Sends {
		f.Hints = []string{"see what was sent: vidiking webhooks list"}
	}
	return f
}

// ExplainLog explains why the delivery log can't be opened. It always gives a hint.
func ExplainLog(a *App, err error) error {
	f := Explain(a, err)
	if len(f.Hints) == 0 {
		f.What = "cannot open the delivery log in " + logDir(a) + ": " + output.PathReason(err)
		f.Hints = []string{"use another directory: --data-dir DIR"}
	}
	return f
}

// explainItself handles errors that have an Explain method.
func explainItself(_ *App, err error) *Failure {
	var e interface{ Explain() *Failure }
	if errors.As(err, &e) {
		return e.Explain()
	}
	return nil
}

// explainInput handles errors in arguments that a lower package parsed.
func explainInput(_ *App, err error) *Failure {
	var event *sample.UnknownEventError
	var target *dispatch.TargetError
	var long *recording.TooLongError
	var chaos *load.ChaosError
	var wrong *filter.Error
	switch {
	case errors.As(err, &long):
		return Failed(err, long.Error()+": a line can have 256 MiB at most", "export only its payload: vidiking webhooks show "+string(long.ID)+" --raw")
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

func unknownEvent(name, closest string) *Failure {
	hint := "list all events: vidiking trigger --list"
	if closest != "" {
		hint = fmt.Sprintf("did you mean %q? List all events: vidiking trigger --list", closest)
	}
	return Usage(fmt.Sprintf("unknown event %q", name), hint, "for an undocumented event, give its payload: vidiking trigger --data FILE")
}

// explainConfig handles errors in the configuration, using the advice that each of them carries.
func explainConfig(_ *App, err error) *Failure {
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
		f.Code = output.ExitUsage
		if file.Text != "" {
			f.Detail = caret(file.Text, file.Column, file.Width)
		}
	case errors.As(err, &value), errors.As(err, &unknown), errors.As(err, &noHome):
		f.Code = output.ExitUsage
	}
	return f
}

// explainStore handles errors of the delivery log.
func explainStore(a *App, err error) *Failure {
	var missing *store.NotFoundError
	var many *store.AmbiguousError
	switch {
	case errors.As(err, &missing):
		return notFound(a, missing)
	case errors.As(err, &many):
		return ambiguous(a, many)
	case errors.Is(err, store.ErrNewerSchema):
		return Failed(err, "a newer vidiking wrote the delivery log", "update vidiking, or use another log: --data-dir DIR")
	case errors.Is(err, store.ErrReadOnly):
		return Failed(err, "cannot write the delivery log: "+errorDetail(err, store.ErrReadOnly), "use another directory: --data-dir DIR")
	case errors.Is(err, store.ErrFull):
		return Failed(err, "cannot write the delivery log: the disk is full", output.MakeRoom, "or free some space, or use another disk: --data-dir DIR")
	case errors.Is(err, store.ErrBusy):
		return Failed(err, "the delivery log is busy: another process is using it", "try again; see what is running: vidiking")
	case errors.Is(err, store.ErrCorrupt):
		return Failed(err, "the delivery log is damaged: "+errorDetail(err, store.ErrCorrupt), "move that file away to start a new log")
	case errors.Is(err, store.ErrNoLog):
		return Failed(err, "there is no delivery log in "+logDir(a), "use another directory: --data-dir DIR")
	}
	return nil
}

// errorDetail returns the part of an error's text that follows the text of kind, or all of it if nothing follows.
func errorDetail(err, kind error) string {
	_, detail, _ := strings.Cut(err.Error(), kind.Error())
	if detail = strings.TrimLeft(detail, ":, "); detail == "" {
		return err.Error()
	}
	return detail
}

// logDir returns the directory of the delivery log for text output.
func logDir(a *App) string {
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
			return Failed(e, "this project has no deliveries yet; the log has "+others, "use the newest of all projects: last --all-projects",
				"see all: vidiking webhooks list")
		}
		return Failed(e, "there are no deliveries yet", "send one: vidiking trigger render.complete")
	}
	if prefix, ok := webhook.ParsePrefix(e.Typed); ok {
		f := Failed(e, fmt.Sprintf("no delivery matches %q", e.Typed))
		if webhook.IsID(prefix) {
			f.What = "there is no delivery " + prefix
		}
		f.Hints = describeDeliveries(a.Env, "closest match: ", e.Closest)
		if len(e.Closest) == 0 {
			f.Hints = []string{"list deliveries: vidiking webhooks list"}
		}
		return f
	}
	return Failed(e, fmt.Sprintf("%q is not a delivery id", e.Typed), "an id is dlv_ and ten characters, or a prefix of that: vidiking webhooks list")
}

func ambiguous(a *App, e *store.AmbiguousError) *Failure {
	f := Failed(e, fmt.Sprintf("%q is ambiguous: it matches %d deliveries", e.Typed, e.Total))
	f.Hints = describeDeliveries(a.Env, "", e.Matches)
	if more := e.Total - len(e.Matches); more > 0 {
		f.Hints = append(f.Hints, fmt.Sprintf("and %d more", more))
	}
	return f
}

// caret returns a line of text and a line below it that marks width characters from column on. It cleans the text for a terminal and
// counts cells there, because a character can take none, one or more cells.
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

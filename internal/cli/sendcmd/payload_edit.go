package sendcmd

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// payloadEdits is what the flags of `trigger` and `replay` change in a payload: --set first, then --unset, then --timestamp.
type payloadEdits struct {
	set       []string
	unset     []string
	timestamp string // a time as parseWhen reads it
	byHand    bool   // in the user's editor, after all of these

	said map[string]bool // the paths that were said to be new
}

func (e *payloadEdits) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(cmdutil.Repeated(&e.set), "set", "set `PATH=VALUE` in the payload; JSON where it parses, else a string (repeatable)")
	f.Var(cmdutil.Repeated(&e.unset), "unset", "take `PATH` out of the payload (repeatable)")
	f.BoolVar(&e.byHand, "edit", false, "change the payload in your editor first: $VISUAL, else $EDITOR")
	_ = cmd.RegisterFlagCompletionFunc("set", cmdutil.CompletePaths)
	_ = cmd.RegisterFlagCompletionFunc("unset", cmdutil.CompletePaths)
}

// IsSet reports whether any of the flags was given.
func (e *payloadEdits) IsSet() bool { return e.changesByFlag() || e.byHand }

func (e *payloadEdits) changesByFlag() bool { return len(e.set)+len(e.unset) > 0 || e.timestamp != "" }

// readTimestamp replaces a --timestamp that is relative to now by the time that it means, in the form that the samples have. A complete
// time stays as it was typed.
func (e *payloadEdits) readTimestamp(a *cmdutil.App) error {
	if _, err := time.Parse(time.RFC3339, e.timestamp); err == nil || e.timestamp == "" {
		return nil
	}
	t, err := cmdutil.ParseWhen(a, "--timestamp", e.timestamp)
	e.timestamp = t.UTC().Format(time.RFC3339)
	return err
}

// apply makes the changes of the flags in a payload, which of says is whose. Without them it stays as it is, byte for byte.
func (e *payloadEdits) apply(p output.Printer, of string, body []byte) ([]byte, error) {
	if !e.changesByFlag() {
		return body, nil
	}
	payload, err := jsontext.ParseObject(body)
	if err != nil {
		return nil, cmdutil.NotJSON("the payload"+of, err)
	}
	for _, assignment := range e.set {
		path, value, ok := jsontext.CutAssignment(assignment)
		if !ok {
			return nil, cmdutil.Usage("--set "+assignment+" has no value", "as in --set data.credits_used=12")
		}
		if err := e.setPath(p, payload, "--set", path, value); err != nil {
			return nil, err
		}
	}
	for _, path := range e.unset {
		if err := payload.Unset(path); err != nil {
			return nil, badPath("--unset", path, payload, err)
		}
	}
	if e.timestamp != "" {
		if err := e.setPath(p, payload, "--timestamp", "timestamp", e.timestamp); err != nil {
			return nil, err
		}
	}
	return payload.Bytes(), nil
}

// setPath sets one value. If it was not in the payload, setPath says so once, and which path was probably meant.
func (e *payloadEdits) setPath(p output.Printer, payload *jsontext.Object, flag, path, value string) error {
	meant := ""
	if _, exists := payload.Get(path); !exists {
		var missing *jsontext.PathError
		if errors.As(payload.Unset(path), &missing) { // it removes nothing; its error knows the names that exist
			meant = closestPath(payload, missing)
		}
	}
	created, err := payload.Set(path, value)
	if err != nil {
		return badPath(flag, path, payload, err)
	}
	if created && !e.said[path] {
		if e.said == nil {
			e.said = map[string]bool{}
		}
		e.said[path] = true
		added := output.Notice{Code: "path_added", Message: path + " was not in the payload; it is now."}
		if meant != "" {
			added.Details = []string{"Did you mean " + meant + "?"}
		}
		p.Notice(added)
	}
	return nil
}

// badPath explains a path that can't be set or taken out.
func badPath(flag, path string, payload *jsontext.Object, err error) error {
	var bad *jsontext.PathError
	if !errors.As(err, &bad) {
		return err
	}
	f := cmdutil.Usage(flag + " " + path + ": " + bad.Problem)
	f.Hints = []string{"a path is names with dots between: data.credits_used, data.items[0].name"}
	if closest := closestPath(payload, bad); closest != "" {
		f.Hints = []string{"did you mean " + closest + "?"}
	}
	return f
}

// closestPath returns the path that the user probably meant; empty if there is none.
func closestPath(payload *jsontext.Object, err *jsontext.PathError) string {
	if err.Missing == "" {
		return ""
	}
	if name := suggest.Closest(err.Missing, err.Names); name != "" {
		return err.With(name)
	}
	if _, ok := payload.Get("data." + err.Path); ok { // nearly everything is in data
		return "data." + err.Path
	}
	return ""
}

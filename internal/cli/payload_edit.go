package cli

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/display"
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

func (e *payloadEdits) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(repeated(&e.set), "set", "set `PATH=VALUE` in the payload; JSON where it parses, else a string (repeatable)")
	f.Var(repeated(&e.unset), "unset", "take `PATH` out of the payload (repeatable)")
	f.BoolVar(&e.byHand, "edit", false, "change the payload in your editor first: $VISUAL, else $EDITOR")
	_ = cmd.RegisterFlagCompletionFunc("set", completePaths)
	_ = cmd.RegisterFlagCompletionFunc("unset", completePaths)
}

// isSet reports whether any of the flags was given.
func (e *payloadEdits) isSet() bool { return e.changesByFlag() || e.byHand }

func (e *payloadEdits) changesByFlag() bool { return len(e.set)+len(e.unset) > 0 || e.timestamp != "" }

// readTimestamp replaces a --timestamp that is relative to now by the time that it means, in the form that the samples have. A complete
// time stays as it was typed.
func (e *payloadEdits) readTimestamp(a *app) error {
	if _, err := time.Parse(time.RFC3339, e.timestamp); err == nil || e.timestamp == "" {
		return nil
	}
	t, err := a.parseWhen("--timestamp", e.timestamp)
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
		return nil, notJSON("the payload"+of, err)
	}
	for _, assignment := range e.set {
		path, value, ok := jsontext.CutAssignment(assignment)
		if !ok {
			return nil, usage("--set "+assignment+" has no value", "as in --set data.credits_used=12")
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
	f := usage(flag + " " + path + ": " + bad.Problem)
	f.hint = []string{"a path is names with dots between: data.credits_used, data.items[0].name"}
	if closest := closestPath(payload, bad); closest != "" {
		f.hint = []string{"did you mean " + closest + "?"}
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

// excerpt is how much of a line is shown around the place where it stops being JSON: what fits under an error in 80 columns.
const excerpt = 60

// notJSON says where the payload is not JSON.
func notJSON(name string, err error) *failure {
	var at *jsontext.SyntaxError
	if !errors.As(err, &at) {
		return usage(name+" is not a payload: "+err.Error(), `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	f := usage(name + " is not JSON: " + at.Error())
	f.detail = excerptOf(at)
	return f
}

// excerptOf shows the place where a text stops being JSON.
func excerptOf(at *jsontext.SyntaxError) []string {
	before, from := at.Excerpt(excerpt)
	before, from = display.Clean(before), display.Clean(from)
	return []string{before + from, strings.Repeat(" ", display.Width(before)) + "^"}
}

package send

import (
	"errors"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/suggest"
)

// Edits change a payload: first Set, then Unset, then Timestamp.
type Edits struct {
	Set       []string // PATH=VALUE
	Unset     []string // paths
	Timestamp string   // the new value of the payload's timestamp; empty: unchanged

	printed map[string]bool // the paths that Apply printed as added
}

// IsSet reports whether there are edits.
func (e *Edits) IsSet() bool { return len(e.Set)+len(e.Unset) > 0 || e.Timestamp != "" }

// Apply returns the edited payload. Without edits it returns the same bytes. Errors call the payload by name.
func (e *Edits) Apply(p output.Printer, name string, body []byte) ([]byte, error) {
	if !e.IsSet() {
		return body, nil
	}
	payload, err := jsontext.ParseObject(body)
	if err != nil {
		return nil, output.NotJSON(name, err)
	}
	for _, assignment := range e.Set {
		path, value, ok := jsontext.CutAssignment(assignment)
		if !ok {
			return nil, output.Usage("--set "+assignment+" has no value", "for example: --set data.credits_used=12")
		}
		if err := e.setPath(p, payload, "--set", path, value); err != nil {
			return nil, err
		}
	}
	for _, path := range e.Unset {
		if err := payload.Unset(path); err != nil {
			return nil, badPath("--unset", path, payload, err)
		}
	}
	if e.Timestamp != "" {
		if err := e.setPath(p, payload, "--timestamp", "timestamp", e.Timestamp); err != nil {
			return nil, err
		}
	}
	return payload.Bytes(), nil
}

// setPath sets one value. If the payload did not have the path, setPath prints that once, with the path that was probably meant.
func (e *Edits) setPath(p output.Printer, payload *jsontext.Object, flag, path, value string) error {
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
	if !created || e.printed[path] {
		return nil
	}
	if e.printed == nil {
		e.printed = map[string]bool{}
	}
	e.printed[path] = true
	added := output.Notice{Code: "path_added", Message: path + " was not in the payload, and was added."}
	if meant != "" {
		added.Details = []string{"Did you mean " + meant + "?"}
	}
	p.Notice(added)
	return nil
}

// badPath returns the error for a path that cannot be set or removed.
func badPath(flag, path string, payload *jsontext.Object, err error) error {
	var bad *jsontext.PathError
	if !errors.As(err, &bad) {
		return err
	}
	hint := "write a path as names separated by dots: data.credits_used, data.items[0].name"
	if closest := closestPath(payload, bad); closest != "" {
		hint = "did you mean " + closest + "?"
	}
	return output.Usage(flag+" "+path+": "+bad.Problem, hint)
}

// closestPath returns the path that the user probably meant; empty if there is none.
func closestPath(payload *jsontext.Object, err *jsontext.PathError) string {
	if err.Missing == "" {
		return ""
	}
	if name := suggest.Closest(err.Missing, err.Names); name != "" {
		return err.With(name)
	}
	if _, ok := payload.Get("data." + err.Path); ok { // nearly all fields are in data
		return "data." + err.Path
	}
	return ""
}

package cli

import (
	"errors"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// edit applies --set and --unset to each payload. Without them a payload stays as it is, byte for byte.
func (o *triggerOptions) edit(p output.Printer, bodies [][]byte) ([][]byte, error) {
	if len(o.set)+len(o.unset) == 0 {
		return bodies, nil
	}
	said := map[string]bool{}
	for i, body := range bodies {
		payload, err := webhook.ParsePayload(body)
		if err != nil {
			return nil, notJSON("the payload", err)
		}
		for _, assignment := range o.set {
			path, value, ok := webhook.CutAssignment(assignment)
			if !ok {
				return nil, usage("--set "+assignment+" has no value", "as in --set data.credits_used=12")
			}
			created, err := payload.Set(path, value)
			if err != nil {
				return nil, badPath("--set", path, err)
			}
			if created && !said[path] {
				said[path] = true
				p.Notice(output.Notice{Code: "path_added", Message: path + " was not in the payload; it is now."})
			}
		}
		for _, path := range o.unset {
			if err := payload.Unset(path); err != nil {
				return nil, badPath("--unset", path, err)
			}
		}
		bodies[i] = payload.Bytes()
	}
	return bodies, nil
}

// badPath explains a path that can't be set or taken out.
func badPath(flag, path string, err error) error {
	var bad *webhook.PathError
	if !errors.As(err, &bad) {
		return err
	}
	f := usage(flag + " " + path + ": " + bad.Problem)
	f.hint = []string{"a path is names with dots between: data.credits_used, data.items[0].name"}
	if bad.Near != "" {
		f.hint = []string{"did you mean " + bad.Near + "?"}
	}
	return f
}

// excerpt is how much of a line is shown around the place where it stops being JSON: what fits under an error in 80 columns.
const excerpt = 60

// notJSON says where the payload is not JSON.
func notJSON(name string, err error) error {
	var at *webhook.SyntaxError
	if !errors.As(err, &at) {
		return usage(name+" is not a payload: "+err.Error(), `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	f := usage(name + " is not JSON: " + at.Error())
	before, from := at.Excerpt(excerpt)
	before, from = display.Clean(before), display.Clean(from)
	f.detail = []string{before + from, strings.Repeat(" ", display.Width(before)) + "^"}
	return f
}

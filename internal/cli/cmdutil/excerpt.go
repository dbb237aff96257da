package cmdutil

import (
	"errors"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// excerpt is how much of a line is shown around the place where it stops being JSON: what fits under an error in 80 columns.
const excerpt = 60

// NotJSON says where the payload is not JSON.
func NotJSON(name string, err error) *Failure {
	var at *jsontext.SyntaxError
	if !errors.As(err, &at) {
		return Usage(name+" is not a payload: "+err.Error(), `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	f := Usage(name + " is not JSON: " + at.Error())
	f.Detail = ExcerptOf(at)
	return f
}

// ExcerptOf shows the place where a text stops being JSON.
func ExcerptOf(at *jsontext.SyntaxError) []string {
	before, from := at.Excerpt(excerpt)
	before, from = display.Clean(before), display.Clean(from)
	return []string{before + from, strings.Repeat(" ", display.Width(before)) + "^"}
}

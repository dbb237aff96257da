package output

import (
	"errors"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// excerptWidth is the number of characters in an excerpt: what fits below an error in 80 columns.
const excerptWidth = 60

// NotJSON returns the failure for a text that is not a payload. It calls the text by name and shows where its syntax is wrong.
func NotJSON(name string, err error) *Failure {
	var syntax *jsontext.SyntaxError
	if !errors.As(err, &syntax) {
		return Usage(name+" is not a payload: "+err.Error(), `a payload is a JSON object: {"event":…,"timestamp":…,"data":{…}}`)
	}
	f := Usage(name + " is not JSON: " + syntax.Error())
	f.Detail = SyntaxExcerpt(syntax)
	return f
}

// SyntaxExcerpt returns the text around a syntax error, with a caret below the position.
func SyntaxExcerpt(err *jsontext.SyntaxError) []string {
	before, after := err.Excerpt(excerptWidth)
	before, after = display.Clean(before), display.Clean(after)
	return []string{before + after, strings.Repeat(" ", display.Width(before)) + "^"}
}

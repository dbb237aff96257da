package send

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Expectation is the response that the user expects from the handler. The zero Expectation expects nothing.
type Expectation struct {
	Statuses []string // codes and classes of codes, such as 401 and 4xx; the response must have one of them
	Body     string   // text that the response body must contain
}

// IsSet reports whether the user expects a certain response.
func (e Expectation) IsSet() bool { return len(e.Statuses) > 0 }

// statuses returns the expected codes in the form in which a delivery records them.
func (e Expectation) statuses() string { return strings.Join(e.Statuses, " ") }

// String describes the expected response.
func (e Expectation) String() string {
	text := strings.Join(e.Statuses, " or ")
	if e.Body != "" {
		text += " with " + quote(e.Body)
	}
	return text
}

// check describes the actual response and reports whether it was expected.
func (e Expectation) check(status webhook.Status, a webhook.Attempt) (actual string, met bool) {
	switch status {
	case webhook.StatusDelivered, webhook.StatusRefused:
	case webhook.StatusRejected:
		return "no response: listen rejected it", false
	case webhook.StatusSkipped:
		return "no response: listen skipped it", false
	default:
		return "no response: " + display.StatusText(webhook.Summary{Status: status}), false
	}
	actual = strconv.Itoa(a.Code)
	met = webhook.MeetsStatus(e.statuses(), a.Code)
	if e.Body == "" {
		return actual, met
	}
	if bytes.Contains(a.Response, []byte(e.Body)) {
		return actual + " with " + quote(e.Body), met
	}
	actual += " without " + quote(e.Body)
	if a.ResponseTruncated {
		actual += fmt.Sprintf(" in its first %s", display.Bytes(int64(len(a.Response))))
	}
	return actual, false
}

// quote quotes a text from the user. It uses single quotes if the text has only double quotes.
func quote(s string) string {
	mark := `"`
	if strings.Contains(s, mark) && !strings.Contains(s, "'") {
		mark = "'"
	}
	return mark + display.Clean(s) + mark
}

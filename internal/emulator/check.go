package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxBodyBytes limits the body of a request. No limit is documented.
const maxBodyBytes = 10 << 20

// requestError is the response to a request that cannot be carried out. Vidiking does not document the bodies of errors; this form is the
// emulator's own.
type requestError struct {
	status int
	Code   string `json:"code"`
	Msg    string `json:"message"`
	Field  string `json:"field,omitempty"`
}

func (e *requestError) Error() string { return e.Msg }

func invalid(field, msg string) *requestError {
	return &requestError{http.StatusBadRequest, "invalid_request", field + " " + msg, field}
}

// body is the JSON object of a request. After the first error, its methods return zero values.
type body struct {
	members map[string]json.RawMessage
	err     *requestError
}

// readBody reads the JSON object of a request.
func readBody(r *http.Request) (*body, *requestError) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBodyBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, &requestError{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body is larger than %d MiB", maxBodyBytes>>20), ""}
	case err != nil:
		return nil, &requestError{http.StatusBadRequest, "incomplete", "the body is incomplete", ""}
	}
	b := &body{}
	var syntax *json.SyntaxError
	err = json.Unmarshal(text, &b.members)
	switch {
	case errors.As(err, &syntax):
		return nil, &requestError{http.StatusBadRequest, "invalid_json", fmt.Sprintf("the body is not valid JSON: byte %d: %v", syntax.Offset, syntax), ""}
	case err != nil || b.members == nil:
		return nil, &requestError{http.StatusBadRequest, "invalid_json", "the body must be a JSON object", ""}
	}
	return b, nil
}

func (b *body) fail(field, msg string) {
	if b.err == nil {
		b.err = invalid(field, msg)
	}
}

// get decodes an optional member into v. It reports whether the member is there.
func (b *body) get(name, kind string, v any) bool {
	raw, ok := b.members[name]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return false
	}
	if err := json.Unmarshal(raw, v); err != nil {
		b.fail(name, "must be "+kind)
		return false
	}
	return true
}

func (b *body) missing(name string) { b.fail(name, "is required") }

func (b *body) text(name string) (s string) {
	b.get(name, "a string", &s)
	return s
}

func (b *body) requiredText(name string) string {
	var s string
	switch {
	case !b.get(name, "a string", &s):
		b.missing(name)
	case s == "":
		b.fail(name, "must not be empty")
	}
	return s
}

func (b *body) object(name string) json.RawMessage {
	var m map[string]json.RawMessage
	if !b.get(name, "an object", &m) {
		return nil
	}
	return b.members[name]
}

func (b *body) requiredObject(name string) {
	if b.object(name) == nil {
		b.missing(name)
	}
}

func (b *body) size(name string, otherwise int) int {
	n := otherwise
	if b.get(name, "a whole number", &n) && n <= 0 {
		b.fail(name, "must be greater than 0")
	}
	return n
}

func (b *body) positive(name string) {
	var n float64
	if b.get(name, "a number", &n) && n <= 0 {
		b.fail(name, "must be greater than 0")
	}
}

// address returns an optional URL that deliveries can be sent to.
func (b *body) address(name string) string {
	s := b.text(name)
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		b.fail(name, "must be an http or https URL")
		return ""
	}
	if _, err := dispatch.ParseTarget(s, "/"); err != nil {
		b.fail(name, "cannot be called: "+err.Error())
	}
	return s
}

// events returns the names of events.
func (b *body) events(name string) []string {
	var all []string
	switch {
	case !b.get(name, "an array of strings", &all):
		b.missing(name)
	case len(all) == 0:
		b.fail(name, "must not be empty")
	}
	for i, event := range all {
		if !webhook.IsEvent(event) {
			b.fail(fmt.Sprintf("%s[%d]", name, i), fmt.Sprintf("is not an event: %q", event))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

package refusal

import (
	"net/url"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/htmltext"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Response is a handler's response to one attempt, prepared for the fingerprints.
type Response struct {
	attempt webhook.Attempt
	body    string // decoded, in lower case
	text    string // the text of body: without tags and escapes, in lower case, with single spaces
}

// NewResponse prepares the response of an attempt.
func NewResponse(a webhook.Attempt) Response {
	decoded, _ := a.DecodedResponse()
	text := string(decoded)
	r := Response{attempt: a, body: strings.ToLower(text)}
	if htmltext.IsPage(a.Header.Get("Content-Type"), decoded) {
		text = htmltext.Title(text) + "\n" + htmltext.Text(text)
	}
	text = strings.ReplaceAll(text, `\"`, `"`) // of a message in JSON
	r.text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	return r
}

// target returns the URL that was called, or an empty one if it is not valid.
func (r Response) target() *url.URL {
	if u, err := url.Parse(r.attempt.RequestURL()); err == nil {
		return u
	}
	return &url.URL{}
}

func (r Response) hasCode(codes ...int) bool { return slices.Contains(codes, r.attempt.Code) }

// header returns a header of the response in lower case.
func (r Response) header(name string) string { return strings.ToLower(r.attempt.Header.Get(name)) }

// hasHeader reports whether a header contains a text. Both are given as "name: text".
func (r Response) hasHeader(wanted string) bool {
	name, part, _ := strings.Cut(wanted, ": ")
	value := r.header(name)
	return value != "" && strings.Contains(value, part)
}

// mentions reports whether any of the parts occurs in the text.
func (r Response) mentions(parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(r.text, part) })
}

// begins reports whether any of the parts occurs in the first lines, where a message is. Further down, a page can show
// source code with the same words.
func (r Response) begins(parts ...string) bool {
	const message = 400
	head := r.text[:min(len(r.text), message)]
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(head, part) })
}

// location returns the target of a redirect as an absolute URL, or nil if the response is not a redirect.
func (r Response) location() *url.URL {
	if !r.isRedirect() {
		return nil
	}
	to, err := r.target().Parse(strings.TrimSpace(r.attempt.Header.Get("Location")))
	if err != nil {
		return nil
	}
	return to
}

func (r Response) isRedirect() bool {
	return r.attempt.Code >= 300 && r.attempt.Code <= 399 && strings.TrimSpace(r.attempt.Header.Get("Location")) != ""
}

// givesNoReason reports whether the response says no more than its status code does.
func (r Response) givesNoReason() bool {
	text := r.text
	if u := r.target(); len(u.Path) > 1 {
		text = strings.ReplaceAll(text, strings.ToLower(u.EscapedPath()), " ") // the request is no reason
	}
	for _, sentence := range stockSentences() {
		text = strings.ReplaceAll(text, sentence, " ")
	}
	isLetter := func(c rune) bool { return c >= 'a' && c <= 'z' || c > 0x7f }
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return !isLetter(c) }) {
		if !slices.Contains(stockWords(), word) {
			return false
		}
	}
	return true
}

// stockWords are the words of messages that only repeat the status code.
func stockWords() []string {
	return strings.Fields(`access bad code denied detail error errors exception fail failed false forbidden http internal message no
		none not null ok occurred oops path reason request response result server something status statuscode success
		accepted received timestamp title true type unauthorized unauthorised went webhook webhooks wrong an a the authorization required nginx about blank`)
}

// stockSentences are the sentences with which frameworks describe a status code.
func stockSentences() []string {
	return []string{
		// Werkzeug, exceptions.py
		"the server could not verify that you are authorized to access the url requested. you either supplied the wrong credentials (e.g. a bad password), or your browser doesn't understand how to supply the credentials required.",
		"you don't have the permission to access the requested resource. it is either read-protected or not readable by the server.",
		"the browser (or proxy) sent a request that this server could not understand.",
		"the server encountered an internal error and was unable to complete your request. either the server is overloaded or there is an error in the application.",
		// Rails, public/500.html
		"we're sorry, but something went wrong (500) we're sorry, but something went wrong. if you are the application owner check the logs for more information.",
		// RFC 9457 problem details, as ASP.NET fills them in
		"https://tools.ietf.org/html/rfc9110", "https://tools.ietf.org/html/rfc7235", "https://tools.ietf.org/html/rfc7231",
	}
}

package refusal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Fingerprint is a response that tells a cause. All conditions that are set must hold.
type Fingerprint struct {
	Code      string
	Framework string // empty if several answer like this
	Certainty webhook.Certainty

	Status []int               // one of these codes; empty: any
	Header string              // a header, or "name: " and a part of its value in lower case
	All    []string            // parts of the text in lower case that all occur
	Any    []string            // parts of the text in lower case of which one occurs
	When   func(Response) bool // anything else

	Cause string // with placeholders such as {path}: see filler
	Fix   string

	hostAfter string // the text before the name of the host that was refused
	Source    string // the captured response in testdata/responses, or "not captured" and the documentation
}

// Identify returns the finding of the first fingerprint that matches. ok is false if the response gives its own reason,
// which no fingerprint knows.
func Identify(r Response) (f webhook.Finding, ok bool) {
	all := Fingerprints()
	for i := range all { // not by value: a Fingerprint is large, and each response is compared with all of them
		if all[i].matches(r) {
			return all[i].finding(r), true
		}
	}
	return webhook.Finding{}, false
}

// IsCode reports whether a code is one of a fingerprint.
func IsCode(code string) bool {
	return slices.ContainsFunc(Fingerprints(), func(p Fingerprint) bool { return p.Code == code })
}

func (p *Fingerprint) matches(r Response) bool {
	if len(p.Status) > 0 && !r.hasCode(p.Status...) {
		return false
	}
	if p.Header != "" && !r.hasHeader(p.Header) {
		return false
	}
	for _, part := range p.All {
		if !strings.Contains(r.text, part) {
			return false
		}
	}
	if len(p.Any) > 0 && !r.mentions(p.Any...) {
		return false
	}
	return p.When == nil || p.When(r)
}

func (p *Fingerprint) finding(r Response) webhook.Finding {
	fill := r.filler(p.hostAfter)
	return webhook.Finding{
		Code: p.Code, Framework: p.Framework, Certainty: p.Certainty, Cause: fill.Replace(p.Cause), Fix: fill.Replace(p.Fix),
	}
}

// filler replaces the placeholders of a fingerprint:
//
//	{code}      the status code of the response
//	{received}  the size of the response, as in "2 of 200 bytes"
//	{path}      the requested path
//	{host}      the name of the host that was refused, which the response gives after a known text
//	{forward}   the requested address with a slash at the end
//	{address}   the requested scheme and host with the other of http and https
//	{location}  the target of a redirect, without its query, which may hold a token
func (r Response) filler(hostAfter string) *strings.Replacer {
	target := r.target()
	host := target.Hostname()
	if _, after, found := strings.Cut(r.text, hostAfter); found && hostAfter != "" {
		host, _, _ = strings.Cut(strings.TrimLeft(after, `"'`), " ")
		host = strings.TrimRight(host, `"').,;`)
	}
	forward, address := *target, *target
	forward.RawQuery, forward.Path, forward.RawPath = "", forward.Path+"/", ""
	address.RawQuery, address.Path, address.RawPath = "", "", ""
	address.Scheme = "https"
	if target.Scheme == "https" {
		address.Scheme = "http"
	}
	location := strings.TrimSpace(r.attempt.Header.Get("Location"))
	if to := r.location(); to != nil {
		shown := *to
		shown.RawQuery, shown.Fragment, shown.User = "", "", nil
		if location = shown.String(); shown.Host == target.Host && shown.Scheme == target.Scheme {
			location = shown.EscapedPath()
		}
	}
	path := target.EscapedPath()
	if path == "" {
		path = "/"
	}
	received := fmt.Sprintf("%d bytes", r.attempt.ResponseBytes)
	if promised := r.header("Content-Length"); promised != "" {
		received = fmt.Sprintf("%d of %s bytes", r.attempt.ResponseBytes, promised)
	}
	return strings.NewReplacer(
		"{code}", strconv.Itoa(r.attempt.Code), "{received}", received,
		"{path}", path, "{host}", host, "{forward}", forward.String(), "{address}", address.String(), "{location}", location,
	)
}

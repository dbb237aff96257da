package filter

import (
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Match reports whether the filter selects the delivery. If NeedsContent returns false, the delivery needs only its Summary.
func (f Filter) Match(d *webhook.Delivery) bool {
	return !slices.ContainsFunc(f.terms, func(t Term) bool { return t.match(d) == t.Not })
}

func (t Term) match(d *webhook.Delivery) bool {
	return slices.ContainsFunc(t.Values, func(v Value) bool { return t.Key.has(v, d) })
}

// has reports whether the delivery has the value.
func (k Key) has(v Value, d *webhook.Delivery) bool {
	switch k.Kind() {
	case Names:
		return k.name(v.Name, d)
	case Patterns:
		return webhook.EventMatches(v.Name, d.Event)
	case Numbers:
		n, ok := k.number(d)
		return ok && v.Low <= n && n <= v.High
	case Prefixes:
		return strings.HasPrefix(string(d.ID), v.Name)
	default:
		return k.text(v.Text, d)
	}
}

func (k Key) name(name string, d *webhook.Delivery) bool {
	switch k {
	case Verdict:
		return string(d.Verdict) == name
	case Origin:
		return string(d.Origin) == name
	}
	if name == FailedName {
		return d.Failed()
	}
	return string(d.Status) == name
}

// number returns the number that the key compares. ok is false if the delivery does not have it yet.
func (k Key) number(d *webhook.Delivery) (n int64, ok bool) {
	switch k {
	case Code:
		return int64(d.Code), true
	case Since, Until:
		return d.ReceivedAt.UnixMilli(), true
	case Took:
		return int64(d.Duration), d.Attempts > 0
	case Size:
		return d.BodyBytes, true
	default:
		return int64(d.Attempts), true
	}
}

func (k Key) text(t Text, d *webhook.Delivery) bool {
	in := func(s string) bool { return t.In([]byte(s)) }
	switch k {
	case About:
		return in(d.About)
	case Target:
		return in(d.Target) || anyAttempt(d, func(a webhook.Attempt) bool { return in(a.Target) || in(a.URL) })
	case Header:
		return t.inHeader(d.Header)
	case Body:
		return t.In(d.Body)
	case Response:
		return anyAttempt(d, func(a webhook.Attempt) bool { return t.inResponse(a) || t.inHeader(a.Header) })
	case Failure:
		return anyAttempt(d, func(a webhook.Attempt) bool { return in(a.Error) })
	}
	return in(d.Event) || in(string(d.ID)) || in(d.About) || in(d.Target) || in(d.Path) || in(d.Query) || in(d.Host) || t.inHeader(d.Header) || t.In(d.Body) ||
		anyAttempt(d, func(a webhook.Attempt) bool {
			return in(a.Target) || in(a.URL) || in(a.Error) || t.inResponse(a) || t.inHeader(a.Header)
		})
}

// inResponse searches a response as it was sent, then without its compression.
func (t Text) inResponse(a webhook.Attempt) bool {
	if t.In(a.Response) {
		return true
	}
	decoded, ok := a.DecodedResponse()
	return ok && a.Header.Get("Content-Encoding") != "" && t.In(decoded)
}

func (t Text) inHeader(h webhook.Header) bool {
	return slices.ContainsFunc(h, func(f webhook.Field) bool { return t.InField([]byte(f.Name), []byte(f.Value)) })
}

func anyAttempt(d *webhook.Delivery, has func(webhook.Attempt) bool) bool {
	return slices.ContainsFunc(d.History, has)
}

// Package filter implements the filter language for deliveries: "event:render.* status:failed -code:404 since:1h job_9bn2ze". docs/filter.md
// is the user documentation.
//
// Parse turns a text into an immutable Filter. All terms of a filter must hold. A term is either a free word, which is searched in
// everything received and in the responses, or a key with one or more values. A - in front negates it. A problem in a filter is an *Error
// with its position and, if possible, a suggestion.
//
// Match decides in memory. The delivery log makes SQL from Terms, and calls this package for everything that is not a plain comparison of
// numbers or names (Text, webhook.EventMatches), so both always agree.
//
// Text is searched as bytes. Case is ignored in every script, one letter for one letter (ß is not ss). An ASCII letter equals only the
// other case of the same ASCII letter (k is not the Kelvin sign). Invalid UTF-8 bytes and NUL match only themselves.
//
// For views, Complete returns completions and Spans the parts of a text to underline.
package filter

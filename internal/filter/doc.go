// Package filter is the language in which deliveries are selected: "event:render.* status:failed -code:404 since:1h job_9bn2ze".
// docs/filter.md describes it for those who type it.
//
// A filter is parsed once, into a Filter that never changes. All of its terms must hold. A term is a free word, which is looked for
// in everything that came and was answered, or a key with one of several values; - in front turns it round. What is wrong with a filter
// is said by an *Error, with its place in the text and, where one is near, a suggestion.
//
// Match decides in memory. The delivery log decides the same by SQL that it makes of Terms; what is not a plain comparison of numbers or
// names (Text, webhook.EventMatches) it calls back here for, so that there is one meaning of each.
//
// Text is searched as bytes. The case of letters does not matter, in any script, one letter for one letter (ß is not ss); an ASCII letter
// is no other letter's case (k is not the Kelvin sign). Bytes that are no UTF-8, and NUL, stand for themselves.
//
// What a view beside the list needs is here, too: Complete offers what can be typed at a place, Spans says what of a text to underline.
package filter

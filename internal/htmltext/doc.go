// Package htmltext extracts the text of an HTML page that a person would read. Frameworks answer with such a page when a
// handler fails. The pages are outside text: the package never fails, and its callers clean the text before they show it.
package htmltext

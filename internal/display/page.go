package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// isPage reports whether the response is an HTML page. Frameworks send one when a handler fails, and the reason is
// never in its first three lines.
func isPage(a webhook.Attempt) bool {
	if strings.Contains(strings.ToLower(a.Header.Get("Content-Type")), "text/html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(string(a.Response[:min(len(a.Response), 64)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// pageText returns the visible text of a page: no tags, head, scripts or styles. If there is none, it returns the page
// unchanged.
func pageText(page string) string {
	var b strings.Builder
	for rest := page; rest != ""; {
		before, tag, found := strings.Cut(rest, "<")
		b.WriteString(before)
		if !found {
			break
		}
		name := tagName(tag)
		switch {
		case strings.HasPrefix(tag, "!--"):
			_, rest, _ = strings.Cut(tag, "-->")
			continue
		case name == "":
			b.WriteByte('<')
			rest = tag
			continue
		case isUnseen(name):
			tag = afterElement(tag, name)
		case !isInline(name):
			b.WriteByte('\n')
		}
		_, rest, _ = strings.Cut(tag, ">")
	}
	text := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&#x27;", "'",
		"&nbsp;", " ", "&amp;", "&").Replace(b.String())
	if strings.TrimSpace(text) == "" {
		return page
	}
	return text
}

// tagName returns the lower-case name at the start of a tag, or "" if it is not a tag.
func tagName(tag string) string {
	tag = strings.TrimPrefix(strings.TrimPrefix(tag, "/"), "!")
	end := strings.IndexFunc(tag, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	if end < 0 {
		end = len(tag)
	}
	return strings.ToLower(tag[:end])
}

// afterElement skips the content of the element that tag opens and returns the text from its closing tag on.
func afterElement(tag, name string) string {
	if strings.HasPrefix(tag, "/") {
		return tag
	}
	for rest := tag; ; {
		_, after, found := strings.Cut(rest, "</")
		if !found {
			return ""
		}
		if tagName(after) == name {
			return after
		}
		rest = after
	}
}

func isUnseen(name string) bool {
	switch name {
	case "head", "title", "script", "style", "svg":
		return true
	}
	return false
}

func isInline(name string) bool {
	switch name {
	case "a", "abbr", "b", "code", "em", "font", "i", "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "u", "var":
		return true
	}
	return false
}

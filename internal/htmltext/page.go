package htmltext

import (
	"html"
	"slices"
	"strings"
)

// IsPage reports whether a body of the given content type is an HTML page. Without a content type, it can also be a part of one.
func IsPage(contentType string, body []byte) bool {
	if strings.Contains(strings.ToLower(contentType), "text/html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(string(body[:min(len(body), 64)])))
	if contentType == "" && slices.Contains([]string{"head", "title", "body", "h1", "h2", "p", "div", "pre", "center"}, tagName(strings.TrimPrefix(start, "<"))) {
		return strings.HasPrefix(start, "<") // a part of a page
	}
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// Title returns the title of a page on one line, or "" if it has none.
func Title(page string) string {
	for rest := page; rest != ""; {
		_, tag, found := strings.Cut(rest, "<")
		if !found {
			return ""
		}
		rest = tag
		if tagName(tag) != "title" || strings.HasPrefix(tag, "/") {
			continue
		}
		_, text, _ := strings.Cut(tag, ">")
		text, _, _ = strings.Cut(text, "<")
		return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
	}
	return ""
}

// Text returns the visible text of a page: no tags, head, scripts or styles. If there is none, Text returns the page
// unchanged.
func Text(page string) string {
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
	text := html.UnescapeString(b.String())
	if strings.TrimSpace(text) == "" {
		return page
	}
	return strings.ReplaceAll(text, "\u00a0", " ")
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

package display

import (
	"strings"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// isPage reports whether the answer is a page of HTML: frameworks answer with one where a handler fails, and its first three
// lines are never the ones that say why.
func isPage(a webhook.Attempt) bool {
	if strings.Contains(strings.ToLower(a.Header.Get("Content-Type")), "text/html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(string(a.Response[:min(len(a.Response), 64)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// pageText returns what a browser would show of a page, roughly: no tags, nothing of its head, scripts and styles. Where that
// is nothing, the page as it is.
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

// tagName returns the name at the beginning of a tag in lower case, or "" where no tag begins like that.
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

// afterElement returns what follows the content of the element that tag opens: its closing tag.
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

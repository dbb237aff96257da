package config

import (
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// part is one part of a dotted key, and where it stands. One that is outside was written before: in the header, or in front of the
// braces.
type part struct {
	name    string
	at      span
	outside bool
}

// path is the key of a statement, part by part.
func (r *reader) path(n *unstable.Node) []part {
	path := make([]part, 0, 3)
	for it := n.Key(); it.Next(); {
		path = append(path, part{name: string(it.Node().Data), at: r.span(it.Node())})
	}
	return path
}

// whole is where a path stands, from its first to its last part.
func whole(path []part) span {
	at := path[len(path)-1].at
	for _, p := range path {
		if !p.outside {
			return span{p.at.from, at.to}
		}
	}
	return at
}

// span is where a node stands in the document.
func (r *reader) span(n *unstable.Node) span {
	from := r.base + int(n.Raw.Offset)
	return span{from, from + int(n.Raw.Length)}
}

// value is where the value of an assignment stands. The parser does not say it for lists.
func (r *reader) value(n *unstable.Node) span {
	path := r.path(n)
	from := path[len(path)-1].at.to
	blanks := 0
	for _, c := range r.doc.text[from:] {
		if c != ' ' && c != '\t' && c != '=' {
			break
		}
		blanks++
	}
	return span{from + blanks, r.span(n).to}
}

// skipBlank is the offset of the first byte from at on that is no white space.
func (r *reader) skipBlank(at int) int {
	for at < len(r.doc.text) && strings.IndexByte(" \t\r\n", r.doc.text[at]) >= 0 {
		at++
	}
	return at
}

// addComments keeps the place of a comment, and of those after it that the parser hangs on it.
func (r *reader) addComments(n *unstable.Node) {
	r.doc.comments = append(r.doc.comments, r.span(n))
	for it := n.Children(); it.Next(); {
		r.doc.comments = append(r.doc.comments, r.span(it.Node()))
	}
}

// text is the value of a setting, checked.
func (r *reader) text(key Key, n *unstable.Node, at span) (string, *flaw) {
	text, p := "", (*problem)(nil)
	switch {
	case key.form == formList && n.Kind == unstable.Array:
		list, f := r.list(key, n, at)
		if f != nil {
			return "", f
		}
		text = strings.Join(list, ",")
	case key.form != formList && n.Kind == unstable.String:
		text = string(n.Data)
	case key.form == formNumber && n.Kind == unstable.Integer:
		i, err := strconv.ParseInt(string(n.Data), 0, 64)
		if err != nil {
			return "", &flaw{at: at, msg: key.Name + " is too large"}
		}
		text = strconv.FormatInt(i, 10)
	case key.form == formSwitch && n.Kind == unstable.Bool:
		text = string(n.Data)
	default:
		p = wrongType(key, n.Kind, r.plain(n, at))
	}
	if p == nil {
		p = key.check(text)
	}
	if p != nil {
		return "", &flaw{at: at, msg: key.Name + " " + p.msg, hint: p.hint}
	}
	return text, nil
}

// list reads a list of texts. A comma in one of them would be read as two, so it is refused here.
func (r *reader) list(key Key, n *unstable.Node, at span) ([]string, *flaw) {
	var items []string
	for it := n.Children(); it.Next(); {
		item := it.Node()
		switch {
		case item.Kind == unstable.Comment:
			r.addComments(item)
			continue
		case item.Kind != unstable.String:
			return nil, &flaw{at: at, msg: key.Name + " holds something that is no text", hint: "like " + key.entry("render.*,wallet.deposit")}
		case strings.Contains(string(item.Data), ","):
			return nil, &flaw{at: r.span(item), msg: key.Name + " has a comma in one of its texts", hint: "write " + key.entry(string(item.Data))}
		}
		if p := checkEvent(string(item.Data)); p != nil {
			return nil, &flaw{at: r.span(item), msg: key.Name + " " + p.msg, hint: p.hint}
		}
		items = append(items, string(item.Data))
	}
	return items, nil
}

// plain is a value without its quotes.
func (r *reader) plain(n *unstable.Node, at span) string {
	if n.Kind == unstable.String {
		return string(n.Data)
	}
	return string(r.doc.text[at.from:at.to])
}

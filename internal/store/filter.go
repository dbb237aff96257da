package store

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// condition is a term of a filter, or all of it, as SQL over "delivery d": it holds for a delivery exactly where filter.Filter.Match does.
// What compares numbers and names is plain SQL, so that an index can serve it; texts and patterns are left to the functions of
// functions.go.
//
// No column is ever NULL, so NOT turns a condition round and leaves nothing in between.
type condition struct {
	text   string
	args   []any
	inside bool // it looks at "content x", too
}

// compile makes a condition of a filter's terms, all of which must hold: first those that a row of delivery answers, then those that
// have to look inside. Its text is empty where there are none.
func compile(f filter.Filter) condition {
	terms := slices.Clone(f.Terms())
	slices.SortStableFunc(terms, func(a, b filter.Term) int { return cost(a.Key) - cost(b.Key) })
	var all condition
	var texts []string
	for _, t := range terms {
		c := compileTerm(t)
		if t.Not {
			c.text = "NOT " + c.text
		}
		texts = append(texts, c.text)
		all.args, all.inside = append(all.args, c.args...), all.inside || c.inside
	}
	all.text = join(texts, " AND ")
	return all
}

// cost orders keys by what it takes to look at them.
func cost(k filter.Key) int {
	switch {
	case k == filter.Free:
		return 3
	case k.Kind() == filter.Texts && k != filter.About:
		return 2
	case k.Kind() == filter.Texts, k.Kind() == filter.Patterns:
		return 1
	default:
		return 0
	}
}

// compileTerm makes one condition, in brackets, of a term without its Not.
func compileTerm(t filter.Term) condition {
	if t.Key.Kind() == filter.Texts {
		return contains(t)
	}
	var c condition
	var any []string
	for _, v := range t.Values {
		text, args := oneValue(t.Key, v)
		any = append(any, text)
		c.args = append(c.args, args...)
	}
	c.text = "(" + join(any, " OR ") + ")"
	return c
}

// join puts brackets around halves of halves, since SQLite takes only so many of one operator in a row (sqlite.org/limits.html, Maximum
// Depth Of An Expression Tree).
func join(parts []string, operator string) string {
	if len(parts) <= 100 {
		return strings.Join(parts, operator)
	}
	half := len(parts) / 2
	return "(" + join(parts[:half], operator) + ")" + operator + "(" + join(parts[half:], operator) + ")"
}

func oneValue(k filter.Key, v filter.Value) (text string, args []any) {
	switch k.Kind() {
	case filter.Names:
		if k == filter.Status && v.Name == filter.FailedName {
			return failed(), nil
		}
		return "d." + string(k) + " = ?", []any{v.Name}
	case filter.Patterns:
		if !strings.Contains(v.Name, "*") {
			return "d.event = ?", []any{v.Name}
		}
		return "like_event(?, d.event)", []any{sqlite.Pointer{Value: pattern(v.Name)}}
	case filter.Prefixes:
		// Ids are ASCII, and so is what follows their last character. One that fits many is not looked for by the index of ids, all of
		// which would have to be sorted for the newest few: the + keeps SQLite from it (sqlite.org/optoverview.html, Unary "+").
		last, column := len(v.Name)-1, "d.id"
		if len(v.Name) <= len(webhook.IDPrefix)+1 {
			column = "+d.id"
		}
		return column + " >= ? AND " + column + " < ?", []any{v.Name, v.Name[:last] + string(v.Name[last]+1)}
	default:
		return between(k, v.Low, v.High)
	}
}

// between leaves out a bound that bounds nothing, so that an index is used for the other alone.
func between(k filter.Key, low, high int64) (text string, args []any) {
	column := map[filter.Key]string{
		filter.Code: "d.code", filter.Since: "d.received_at", filter.Until: "d.received_at", filter.Took: "d.duration", filter.Size: "d.body_bytes",
		filter.Attempts: "d.attempts",
	}[k]
	all := []string{"1"}
	if k == filter.Took {
		all[0] = "d.attempts > 0"
	}
	if low > math.MinInt64 {
		all, args = append(all, column+" >= ?"), append(args, low)
	}
	if high < math.MaxInt64 {
		all, args = append(all, column+" <= ?"), append(args, high)
	}
	return strings.TrimPrefix(strings.Join(all, " AND "), "1 AND "), args
}

// failed is webhook.Summary.Failed, in the words of the index delivery_failed, so that it is used. They have no IN: SQLite would build a
// table of its values four times for each attempt that is written.
func failed() string {
	var statuses []string
	for _, s := range webhook.Statuses() {
		if s.Failed() {
			statuses = append(statuses, "d.status = '"+string(s)+"'")
		}
	}
	return "(" + strings.Join(statuses, " OR ") + ") AND d.resolved_by = '' AND NOT d.probe AND NOT d.met"
}

// contains is the condition that one of a term's texts is where its key looks. @ stands for the texts.
func contains(t filter.Term) condition {
	texts := make(texts, 0, len(t.Values))
	for _, v := range t.Values {
		texts = append(texts, v.Text)
	}
	const (
		inHeader  = "has_header(@, x.header)"
		inBody    = "has_text(@, x.body) OR %s"
		inAttempt = "EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.n AND (%s))"
		// A large body lies in pieces, and a text may lie across two of them.
		inPieces = `(d.body_bytes > %d AND (SELECT has_across(@, k, body)
			FROM (SELECT 0 AS k, x.body AS body UNION ALL SELECT n, body FROM part WHERE delivery = d.n)))`
	)
	body := fmt.Sprintf(inBody, fmt.Sprintf(inPieces, partBytes))
	var text string
	switch t.Key {
	case filter.About:
		text = "has_text(@, d.about)"
	case filter.Target:
		text = "has_text(@, d.target) OR " + fmt.Sprintf(inAttempt, "has_text(@, a.target, a.url)")
	case filter.Header:
		text = inHeader
	case filter.Body:
		text = body
	case filter.Response:
		text = fmt.Sprintf(inAttempt, "has_text(@, a.answer) OR has_header(@, a.header)")
	case filter.Failure:
		text = fmt.Sprintf(inAttempt, "has_text(@, a.error)")
	default:
		text = "has_text(@, d.event, d.id, d.about, d.target, d.path, d.query, d.host) OR " + body + " OR " + inHeader + " OR " +
			fmt.Sprintf(inAttempt, "has_text(@, a.target, a.url, a.error, a.answer) OR has_header(@, a.header)")
	}
	c := condition{text: "(" + strings.ReplaceAll(text, "@", "?") + ")", inside: strings.Contains(text, "x.")}
	for range strings.Count(text, "@") {
		c.args = append(c.args, sqlite.Pointer{Value: texts})
	}
	return c
}

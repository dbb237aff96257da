// Package search turns filters into SQL, and has the SQL functions that compare texts.
package search

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store/encoding"
	"github.com/vidiking/vidiking-cli/internal/store/sqlite"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Condition is a filter, or one of its terms, as SQL over "delivery d". It holds exactly for the deliveries that filter.Filter.Match
// matches. Comparisons of numbers and names are plain SQL and can use an index. Texts and patterns call Go functions.
//
// No column is ever NULL, so NOT inverts a condition completely.
type Condition struct {
	Text    string // empty: all deliveries
	Args    []any
	Content bool // it needs "content x"
}

// Compile returns the condition that all terms of a filter hold. Terms that only need the row of delivery come first. The text is empty
// if the filter has no terms.
func Compile(f filter.Filter) Condition {
	terms := slices.Clone(f.Terms())
	sort.SliceStable(terms, func(i, j int) bool { return cost(terms[i].Key) < cost(terms[j].Key) })
	var all Condition
	var texts []string
	for _, t := range terms {
		c := compileTerm(t)
		if t.Not {
			c.Text = "NOT " + c.Text
		}
		texts = append(texts, c.Text)
		all.Args, all.Content = append(all.Args, c.Args...), all.Content || c.Content
	}
	all.Text = join(texts, " AND ")
	return all
}

// cost orders keys by how expensive they are to evaluate.
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

// compileTerm returns the condition of a term, in parentheses. It ignores Not.
func compileTerm(t filter.Term) Condition {
	if t.Key.Kind() == filter.Texts {
		return compileTexts(t)
	}
	var c Condition
	var alternatives []string
	for _, v := range t.Values {
		text, args := compileValue(t.Key, v)
		alternatives = append(alternatives, text)
		c.Args = append(c.Args, args...)
	}
	c.Text = "(" + join(alternatives, " OR ") + ")"
	return c
}

// join adds parentheses around halves of a long list, because SQLite limits the depth of expressions (sqlite.org/limits.html, Maximum
// Depth Of An Expression Tree).
func join(parts []string, operator string) string {
	if len(parts) <= 100 {
		return strings.Join(parts, operator)
	}
	half := len(parts) / 2
	return "(" + join(parts[:half], operator) + ")" + operator + "(" + join(parts[half:], operator) + ")"
}

func compileValue(k filter.Key, v filter.Value) (text string, args []any) {
	switch k.Kind() {
	case filter.Names:
		if k == filter.Status && v.Name == filter.FailedName {
			return failedCondition(), nil
		}
		return "d." + string(k) + " = ?", []any{v.Name}
	case filter.Patterns:
		if !strings.Contains(v.Name, "*") {
			return "d.event = ?", []any{v.Name}
		}
		return "like_event(?, d.event)", []any{sqlite.Pointer{Value: eventPattern(v.Name)}}
	case filter.Prefixes:
		// Ids are ASCII, so the next character after their last one exists. For a short prefix, the + keeps SQLite from using the index of
		// ids: it would have to sort all matches to find the newest (sqlite.org/optoverview.html, Unary "+").
		last, column := len(v.Name)-1, "d.id"
		if len(v.Name) <= len(webhook.IDPrefix)+1 {
			column = "+d.id"
		}
		return column + " >= ? AND " + column + " < ?", []any{v.Name, v.Name[:last] + string(v.Name[last]+1)}
	default:
		return compileRange(k, v.Low, v.High)
	}
}

// compileRange leaves out a bound that has no effect, because SQLite can then use an index for the other.
func compileRange(k filter.Key, low, high int64) (text string, args []any) {
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

// failedCondition is webhook.Summary.Failed in exactly the text of the index delivery_failed. Otherwise SQLite does not use the index. The text has
// no IN, for which SQLite would build a table of the values four times for each attempt.
func failedCondition() string {
	var statuses []string
	for _, s := range webhook.Statuses() {
		if s.Failed() {
			statuses = append(statuses, "d.status = '"+string(s)+"'")
		}
	}
	return "(" + strings.Join(statuses, " OR ") + ") AND d.resolved_by = '' AND NOT d.probe AND NOT d.met"
}

// compileTexts returns the condition that one of a term's texts occurs in the columns of its key. @ is a parameter for the texts.
func compileTexts(t filter.Term) Condition {
	texts := make(texts, 0, len(t.Values))
	for _, v := range t.Values {
		texts = append(texts, v.Text)
	}
	const (
		inHeader  = "has_header(@, x.header)"
		inBody    = "has_text(@, x.body) OR %s"
		inAttempt = "EXISTS (SELECT 1 FROM attempt a WHERE a.delivery = d.n AND (%s))"
		// A text may cross the boundary between two parts of a large body.
		inParts = `(d.body_bytes > %d AND (SELECT has_across(@, k, body)
			FROM (SELECT 0 AS k, x.body AS body UNION ALL SELECT n, body FROM part WHERE delivery = d.n)))`
	)
	body := fmt.Sprintf(inBody, fmt.Sprintf(inParts, encoding.PartBytes))
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
		text = fmt.Sprintf(inAttempt, "has_response(@, a.response, a.header) OR has_header(@, a.header)")
	case filter.Failure:
		text = fmt.Sprintf(inAttempt, "has_text(@, a.error)")
	default:
		text = "has_text(@, d.event, d.id, d.about, d.target, d.path, d.query, d.host) OR " + body + " OR " + inHeader + " OR " +
			fmt.Sprintf(inAttempt, "has_text(@, a.target, a.url, a.error) OR has_response(@, a.response, a.header) OR has_header(@, a.header)")
	}
	c := Condition{Text: "(" + strings.ReplaceAll(text, "@", "?") + ")", Content: strings.Contains(text, "x.")}
	for range strings.Count(text, "@") {
		c.Args = append(c.Args, sqlite.Pointer{Value: texts})
	}
	return c
}

// Join returns the JOIN that the condition needs. CROSS JOIN makes SQLite read content in the order of delivery, from row to row, which
// costs less than a search for each row. LEFT JOIN keeps deliveries that were pruned.
func (c Condition) Join(kind string) string {
	if c.Content {
		return " " + kind + " JOIN content x ON x.n = d.n"
	}
	return ""
}

// The SQL functions that evaluate texts and patterns. Their first argument is a sqlite.Pointer, so it is not converted for each row.

// Functions returns the functions that conditions call.
func Functions() []sqlite.Function {
	return []sqlite.Function{
		{Name: "has_text", Arity: -1, Match: hasText},
		{Name: "has_header", Arity: 2, Match: hasHeader},
		{Name: "has_response", Arity: 3, Match: hasResponse},
		{Name: "like_event", Arity: 2, Match: likeEvent},
	}
}

// Aggregates returns the aggregate functions that conditions call.
func Aggregates() []sqlite.Aggregate {
	return []sqlite.Aggregate{{Name: "has_across", Arity: 3, New: func() sqlite.Aggregator { return &partSearch{} }}}
}

// texts are alternatives.
type texts []filter.Text

func (t texts) in(b []byte) bool {
	return slices.ContainsFunc(t, func(x filter.Text) bool { return x.In(b) })
}

// hasText reports whether one of the texts is in one of the columns.
func hasText(args sqlite.Args) bool {
	t, _ := args.Pointer(0).(texts)
	for i := 1; i < len(args); i++ {
		if t.in(args.Bytes(i)) {
			return true
		}
	}
	return false
}

// hasHeader reports whether one of the texts is in one of the fields of an encoded header.
func hasHeader(args sqlite.Args) bool {
	t, _ := args.Pointer(0).(texts)
	encoded := args.Bytes(1)
	return slices.ContainsFunc(t, func(x filter.Text) bool { return inHeader(x, encoded) })
}

// inHeader decodes the header only if it must: a text within one name or value also occurs in the encoded bytes. It ignores damage, which
// code that reads the whole header reports.
func inHeader(t filter.Text, encoded []byte) bool {
	if !t.SpansFields() && !t.In(encoded) {
		return false
	}
	for len(encoded) > 0 {
		name, rest := encoding.CutString(encoded)
		value, rest := encoding.CutString(rest)
		if rest == nil {
			return false
		}
		if t.InField(name, value) {
			return true
		}
		encoded = rest
	}
	return false
}

// hasResponse reports whether one of the texts is in a response as it was sent, or without its compression.
func hasResponse(args sqlite.Args) bool {
	t, _ := args.Pointer(0).(texts)
	response := args.Bytes(1)
	if t.in(response) {
		return true
	}
	encoding := headerValue(args.Bytes(2), "Content-Encoding")
	if encoding == "" {
		return false
	}
	decoded, ok := webhook.Decode(encoding, response)
	return ok && t.in(decoded)
}

// headerValue returns the first value of a field in an encoded header, or "" if there is none.
func headerValue(encoded []byte, name string) string {
	for len(encoded) > 0 {
		field, rest := encoding.CutString(encoded)
		value, rest := encoding.CutString(rest)
		if rest == nil {
			return ""
		}
		if strings.EqualFold(string(field), name) {
			return string(value)
		}
		encoded = rest
	}
	return ""
}

// eventPattern is a pattern of event names.
type eventPattern string

func likeEvent(args sqlite.Args) bool {
	p, _ := args.Pointer(0).(eventPattern)
	return webhook.EventMatches(string(p), string(args.Bytes(1)))
}

// partSearch searches the parts of a body for one of the texts, also across the boundary of two parts. The parts arrive in order, though
// SQL does not promise that (and a pointer does not survive an ORDER BY). If they ever do not, it returns an error, not a wrong result.
type partSearch struct {
	next  int64  // number of the next part
	tail  []byte // the end of the previous part
	found bool
}

// Step searches one part, and the boundary before it.
func (s *partSearch) Step(args sqlite.Args) error {
	if args.Int(1) != s.next {
		return fmt.Errorf("%w: the parts of a body are out of order", sqlite.ErrCorrupt)
	}
	s.next++
	if s.found {
		return nil
	}
	t, _ := args.Pointer(0).(texts)
	part := args.Bytes(2)
	overlap := 0
	for _, x := range t {
		overlap = max(overlap, x.Overlap())
	}
	boundary := append(s.tail, part[:min(len(part), overlap)]...)
	s.found = t.in(part) || t.in(boundary)
	if len(part) < overlap {
		s.tail = boundary[max(0, len(boundary)-overlap):]
		return nil
	}
	s.tail = append(boundary[:0], part[len(part)-overlap:]...)
	return nil
}

// Match reports whether a text was found.
func (s *partSearch) Match() bool { return s.found }

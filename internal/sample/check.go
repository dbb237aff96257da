package sample

import (
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// Mismatch is a place where a payload differs from the shape of its event.
type Mismatch struct {
	Path    string // for example data.duration
	Problem string // for example "is missing"; it contains no value of the payload
}

// maxMismatches limits what is reported of one payload.
const maxMismatches = 10

// Check compares a payload with the shape of the event and returns the first differences, as a validator of the event's JSON Schema
// would find them. It also checks that times are RFC 3339.
func (e Event) Check(body []byte) []Mismatch {
	body = jsontext.WithoutMark(body)
	if !jsontext.Valid(body) {
		return []Mismatch{{Problem: "is not JSON"}}
	}
	s := jsontext.NewScanner(body)
	c := checker{text: body, s: &s}
	c.value("", e.Payload, s.Next())
	return c.found
}

type checker struct {
	text  []byte
	s     *jsontext.Scanner
	found []Mismatch
}

func (c *checker) report(path, problem string) {
	if len(c.found) < maxMismatches {
		c.found = append(c.found, Mismatch{path, problem})
	}
}

// value checks the value that begins with a token, and reads to its end.
func (c *checker) value(path string, want Shape, t jsontext.Token) {
	of := typeOf(c.text, t)
	if !want.Types.Has(of) {
		c.report(path, "is "+withArticle(of)+", not "+withArticle(want.Types))
		c.s.Skip(t)
		return
	}
	switch of {
	case Object:
		c.object(path, want)
	case String:
		c.string(path, want, jsontext.Unquote(c.text[t.From:t.To]))
	default:
		c.s.Skip(t)
	}
}

func (c *checker) object(path string, want Shape) {
	here := map[string]bool{}
	for t := c.s.Next(); t.Kind != jsontext.Close; t = c.s.Next() {
		name := jsontext.Unquote(c.text[t.From:t.To])
		here[name] = true
		i := slices.IndexFunc(want.Fields, func(f Field) bool { return f.Name == name })
		if i < 0 {
			c.s.Skip(c.s.Next())
			continue
		}
		c.value(jsontext.PathTo(path, name), want.Fields[i].Shape, c.s.Next())
	}
	for _, f := range want.Fields {
		if f.IsRequired() && !here[f.Name] {
			c.report(jsontext.PathTo(path, f.Name), "is missing")
		}
	}
}

func (c *checker) string(path string, want Shape, value string) {
	switch {
	case len(want.Values) == 1 && value != want.Values[0]:
		c.report(path, "is not "+want.Values[0])
	case len(want.Values) > 1 && !slices.Contains(want.Values, value):
		c.report(path, "is not one of "+strings.Join(want.Values, ", "))
	case want.Format == "date-time":
		if _, err := time.Parse(time.RFC3339, value); err != nil {
			c.report(path, "is not an RFC 3339 time")
		}
	}
}

func withArticle(t Types) string {
	name := t.String()
	switch {
	case t == Null:
		return name
	case t == Object || t == Array:
		return "an " + name
	default:
		return "a " + name
	}
}

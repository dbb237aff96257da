package recording_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestDiffBodiesDistinguishesValuesOrderAndFormatting(t *testing.T) {
	type change = recording.ValueChange
	tests := []struct {
		name, before, after string
		want                recording.BodyDifference
	}{
		{"the same", `{"a":1}`, `{"a":1}`, recording.BodyDifference{Offset: -1}},
		{"a value", `{"a":1,"b":{"c":[1,2]}}`, `{"a":1,"b":{"c":[1,3]}}`, recording.BodyDifference{
			Offset: 19, JSON: true, Values: []change{{"b.c[1]", []byte("2"), []byte("3")}},
		}},
		{"added and removed", `{"a":1,"b":2}`, `{"b":2,"c":{ "d" : [ ] }}`, recording.BodyDifference{
			Offset: 2, JSON: true, Values: []change{{"a", []byte("1"), nil}, {"c", nil, []byte(`{"d":[]}`)}},
		}},
		{"a longer list", `[1]`, `[1,{"a":null}]`, recording.BodyDifference{
			Offset: 2, JSON: true, Values: []change{{"[1]", nil, []byte(`{"a":null}`)}},
		}},
		{"a number in another notation", `{"a":1.0}`, `{"a":1}`, recording.BodyDifference{
			Offset: 6, JSON: true, Values: []change{{"a", []byte("1.0"), []byte("1")}},
		}},
		{"another type", `{"a":"1"}`, `{"a":1}`, recording.BodyDifference{
			Offset: 5, JSON: true, Values: []change{{"a", []byte(`"1"`), []byte("1")}},
		}},
		{"true and false", `{"a":true}`, `{"a":false}`, recording.BodyDifference{
			Offset: 5, JSON: true, Values: []change{{"a", []byte("true"), []byte("false")}},
		}},
		{"another order", `{"a":1,"b":{"x":1,"y":2},"c":0}`, `{"b":{"y":2,"x":1},"a":1}`, recording.BodyDifference{
			Offset: 2, JSON: true, Values: []change{{"c", []byte("0"), nil}}, Reordered: []string{"b", ""},
		}},
		{"white space", `{"a":1}`, "{\"a\": 1}\n", recording.BodyDifference{Offset: 5, JSON: true}},
		{"an escape", `{"a":"é/"}`, `{"a":"\u00e9\/"}`, recording.BodyDifference{Offset: 6, JSON: true}},
		{"a duplicate name", `{"a":1,"a":2}`, `{"a":2}`, recording.BodyDifference{Offset: 5, JSON: true}},
		{"names with dots", `{"a.b":{"":1}}`, `{"a.b":{"":2}}`, recording.BodyDifference{
			Offset: 11, JSON: true, Values: []change{{`"a.b".""`, []byte("1"), []byte("2")}},
		}},
		{"the whole body", `1`, `2`, recording.BodyDifference{Offset: 0, JSON: true, Values: []change{{"", []byte("1"), []byte("2")}}}},
		{"not JSON", "abc", "abd", recording.BodyDifference{Offset: 2}},
		{"a prefix", "abc", "abcd", recording.BodyDifference{Offset: 3}},
		{"JSON and invalid JSON", `{"a":1}`, `{"a":1`, recording.BodyDifference{Offset: 6}},
		{"too deep", strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "[]", recording.BodyDifference{Offset: 1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.BeforeBytes, test.want.AfterBytes = int64(len(test.before)), int64(len(test.after))
			if diff := cmp.Diff(test.want, recording.DiffBodies([]byte(test.before), []byte(test.after))); diff != "" {
				t.Errorf("DiffBodies(%.80s, %.80s) (-want +got):\n%s", test.before, test.after, diff)
			}
		})
	}
}

func TestRewrittenMeansEqualValuesInDifferentBytes(t *testing.T) {
	for _, after := range []string{`{ "a":1}`, "{\"a\":1}\n", `{"\u0061":1}`, `{"a":0,"a":1}`} {
		if d := recording.DiffBodies([]byte(`{"a":1}`), []byte(after)); !d.Rewritten() {
			t.Errorf("DiffBodies({\"a\":1}, %s) = %+v, want it rewritten", after, d)
		}
	}
	for _, after := range []string{`{"a":1}`, `{"a":1.0}`, `{"a":1`, `{"b":1,"a":1}`} {
		if d := recording.DiffBodies([]byte(`{"a":1}`), []byte(after)); d.Rewritten() {
			t.Errorf("DiffBodies({\"a\":1}, %s) = %+v, want more than that", after, d)
		}
	}
}

func TestDiffComparesAllValuesOfAHeader(t *testing.T) {
	before := webhook.Delivery{
		Summary: webhook.Summary{Masked: []string{"cookie"}},
		Header: webhook.Header{
			{Name: "X-Gone", Value: ""}, {Name: "X-Many", Value: "1"}, {Name: "X-Many", Value: "2"}, {Name: "x-case", Value: "a"}, {Name: "Cookie", Value: "(masked)"},
		},
	}
	after := webhook.Delivery{Header: webhook.Header{
		{Name: "X-Many", Value: "2"}, {Name: "X-Many", Value: "1"}, {Name: "X-Case", Value: "a"}, {Name: "X-New", Value: "n"}, {Name: "Cookie", Value: "a=1"},
	}}
	want := recording.Difference{
		Headers: []recording.HeaderChange{
			{Name: "X-Gone", Before: []string{""}}, {Name: "X-Many", Before: []string{"1", "2"}, After: []string{"2", "1"}}, {Name: "X-New", After: []string{"n"}},
		},
		Unknown: []string{"Cookie"},
		Body:    recording.BodyDifference{Offset: -1},
	}
	if diff := cmp.Diff(want, recording.Diff(before, after)); diff != "" {
		t.Errorf("Diff (-want +got):\n%s", diff)
	}
	if before.Masked[0] != "cookie" {
		t.Errorf("Diff changed its argument: %q", before.Masked)
	}
}

func TestDiffComparesTheLatestResponses(t *testing.T) {
	answer := func(code int, body string) webhook.Attempt {
		return webhook.Attempt{Code: code, Response: []byte(body), Header: webhook.Header{{Name: "Date", Value: body}, {Name: "X-A", Value: "1"}}}
	}
	one := webhook.Delivery{History: []webhook.Attempt{answer(200, "first"), answer(401, `{"error":"no"}`)}}
	other := webhook.Delivery{History: []webhook.Attempt{answer(401, `{"error":"yes"}`)}}
	d := recording.Diff(one, other)
	if !d.Response.SameOutcome() || d.Response.Same() || len(d.Response.Headers) != 0 || len(d.Response.Body.Values) != 1 || d.Same() {
		t.Errorf("Diff of the responses = %+v, want one value of the body", d.Response)
	}
	if d := recording.Diff(one, one); !d.Same() || !d.Response.Same() {
		t.Errorf("Diff of a response with itself = %+v, want the same", d)
	}
	if d := recording.Diff(one, webhook.Delivery{}); d.Same() || d.Response.After != nil || d.Response.SameOutcome() {
		t.Errorf("Diff with a missing response = %+v, want a nil response", d.Response)
	}
	refused := webhook.Delivery{History: []webhook.Attempt{{Failure: webhook.FailureRefused}}}
	late := webhook.Delivery{History: []webhook.Attempt{{Failure: webhook.FailureTimeout}}}
	if d := recording.Diff(refused, late); d.Same() {
		t.Errorf("Diff of two failures = %+v, want them to differ", d.Response)
	}
}

// FuzzDiffBodies checks three laws: a body equals itself, reformatting keeps its values, and the differences have the same positions in
// both directions.
func FuzzDiffBodies(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":[1,2,{"c":null}]}`), []byte(`{"b":[1,3],"a":1.0}`))
	f.Add([]byte(`{"a":1,"a":2}`), []byte("\xff"))
	f.Add([]byte(`"\ud800"`), []byte(`"\ud801"`))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if d := recording.DiffBodies(a, a); !d.Same() {
			t.Errorf("DiffBodies(%q, itself) = %+v", a, d)
		}
		there, back := recording.DiffBodies(a, b), recording.DiffBodies(b, a)
		if there.Offset != back.Offset || there.JSON != back.JSON || len(there.Values) != len(back.Values) || len(there.Reordered) != len(back.Reordered) {
			t.Errorf("DiffBodies(%q, %q) = %+v, the other way %+v", a, b, there, back)
		}
	})
}

func TestAnIndentedBodyHasTheSameValues(t *testing.T) {
	n := hostile{rand.New(rand.NewPCG(3, 3))}
	for range 500 {
		body := n.json(4)
		if d := recording.DiffBodies([]byte(body), []byte(" "+body)); !d.JSON || !d.Rewritten() {
			t.Fatalf("DiffBodies(%s, the same after a space) = %+v, want it rewritten", body, d)
		}
	}
}

package jsontext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const example = `{"event":"render.complete","timestamp":"2025-01-15T10:30:45Z","data":{"id":"job_abc123","status":"COMPLETE",` +
	`"url":"https://cdn.vidiking.com/renders/job_abc123.mp4","duration":10.5,"credits_used":10,"wallet_balance":4510}}`

func TestParseObjectKeepsTheText(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"the documented example", example, example},
		{"nothing in it", " { } ", `{}`},
		{"white space between, none within", "{\n\t\"a b\" : [ 1 ,\r\n \" x \" ] }\n", `{"a b":[1," x "]}`},
		{"the order of keys", `{"b":1,"a":2,"10":3,"9":4}`, `{"b":1,"a":2,"10":3,"9":4}`},
		{"a key twice", `{"a":1,"a":2}`, `{"a":1,"a":2}`},
		{"numbers as written", `{"n":[1.0,1e3,-0,0.1000,12345678901234567890,1E+2]}`, `{"n":[1.0,1e3,-0,0.1000,12345678901234567890,1E+2]}`},
		{"strings as written", `{"s":"\u00e9\/\ud800<&>` + "\u2028\xff" + `"}`, `{"s":"\u00e9\/\ud800<&>` + "\u2028\xff" + `"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, err := jsontext.ParseObject([]byte(test.text))
			if err != nil {
				t.Fatalf("ParseObject(%q): %v", test.text, err)
			}
			if got := string(p.Bytes()); got != test.want {
				t.Errorf("ParseObject(%q).Bytes() = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestObjectSharesNoBytesWithItsCallers(t *testing.T) {
	text := []byte(example)
	p := mustParse(t, example)
	q, err := jsontext.ParseObject(text)
	if err != nil {
		t.Fatalf("ParseObject: %v", err)
	}
	clear(text)
	clear(q.Bytes())
	if value, ok := q.Get("data"); ok {
		clear(value)
	}
	if !bytes.Equal(p.Bytes(), q.Bytes()) {
		t.Errorf("the object changed with bytes that were passed or returned: %q", q.Bytes())
	}
}

func TestSyntaxErrorHasThePositionAndWhatWasExpected(t *testing.T) {
	tests := []struct {
		name, text   string
		line, column int
		expected     string
		textOfLine   string
	}{
		{
			"a comma is missing", "{\n\"a\":1,\n\"data\":{\n\"credits_used\": 10 \"wallet_balance\": 4510\n}}\n", 4, 20,
			"a comma or }", `"credits_used": 10 "wallet_balance": 4510`,
		},
		{"a comma too many", "{\"a\":1,\n}", 2, 1, "a name in double quotes", "}"},
		{"a name without quotes", "{a:1}", 1, 2, "a name in double quotes or }", "{a:1}"},
		{"a name in single quotes", "{'a':1}", 1, 2, "a name in double quotes or }", "{'a':1}"},
		{"no colon", `{"a" 1}`, 1, 6, "a colon", `{"a" 1}`},
		{"no value", `{"a":}`, 1, 6, "a value", `{"a":}`},
		{"a comma too many in a list", `{"a":[1,]}`, 1, 9, "a value", `{"a":[1,]}`},
		{"a list closed by }", `{"a":[1}`, 1, 8, "a comma or ]", `{"a":[1}`},
		{"an object closed by ]", `{"a":1]`, 1, 7, "a comma or }", `{"a":1]`},
		{"Python's True", `{"a":True}`, 1, 6, "a value", `{"a":True}`},
		{"a word cut short", `{"a":tru}`, 1, 6, "true", `{"a":tru}`},
		{"nul", `{"a":nul}`, 1, 6, "null", `{"a":nul}`},
		{"fals", `{"a":fals}`, 1, 6, "false", `{"a":fals}`},
		{"a zero in front", `{"a":012}`, 1, 7, "a comma or }", `{"a":012}`},
		{"a minus alone", `{"a":-}`, 1, 7, "a digit", `{"a":-}`},
		{"no digit after the point", `{"a":1.}`, 1, 8, "a digit", `{"a":1.}`},
		{"no exponent", `{"a":1e+}`, 1, 9, "a digit", `{"a":1e+}`},
		{"an escape that is none", `{"a":"\x"}`, 1, 8, `one of " \ / b f n r t u after the backslash`, `{"a":"\x"}`},
		{"an escape cut short", `{"a":"\u12g4"}`, 1, 11, `four hex digits after \u`, `{"a":"\u12g4"}`},
		{"a string over the end of the line", "{\"a\":\"x\n\"}", 1, 8, `a closing " before the end of the line`, `{"a":"x`},
		{"a tab in a string", "{\"a\":\"x\ty\"}", 1, 8, `\t or \u00xx for a tab or another control character`, "{\"a\":\"x\ty\"}"},
		{"a string without an end", `{"a":"x`, 1, 8, `a closing "`, `{"a":"x`},
		{"an end too early, and a line feed", "{\n\"a\":1\n\n", 2, 6, "a comma or }", `"a":1`},
		{"carriage returns", "{\r\n\"a\" 1}\r\n", 2, 5, "a colon", `"a" 1}`},
		{"more behind it", "{}\n{}", 2, 1, "nothing more", "{}"},
		{"a comment", "{} // so", 1, 4, "nothing more", "{} // so"},
		{"nothing", "", 1, 1, "{", ""},
		{"white space only", "\n  \n", 1, 1, "{", ""},
		{"a word", "  nope", 1, 3, "{", "  nope"},
		{"HTML", "<html>", 1, 1, "{", "<html>"},
		{"a byte order mark inside", "{\ufeff}", 1, 2, "a name in double quotes or }", "{\ufeff}"},
		{"two byte order marks", "\ufeff\ufeff{}", 1, 2, "{", "\ufeff\ufeff{}"},
		{"UTF-16", "\xff\xfe{\x00}\x00", 1, 1, "UTF-8, not UTF-16", "\xff\xfe{\x00}\x00"},
		{"columns are characters", "{\"日本\xff\":é}", 1, 8, "a value", "{\"日本\xff\":é}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := jsontext.ParseObject([]byte(test.text))
			var got *jsontext.SyntaxError
			if !errors.As(err, &got) {
				t.Fatalf("ParseObject(%q) = %v, want a *SyntaxError", test.text, err)
			}
			want := jsontext.SyntaxError{
				Line: test.line, Column: test.column, Offset: got.Offset, Expected: test.expected, Text: test.textOfLine,
			}
			if diff := cmp.Diff(want, *got); diff != "" {
				t.Errorf("ParseObject(%q) (-want +got):\n%s", test.text, diff)
			}
		})
	}
}

func TestSyntaxErrorReadsAsASentence(t *testing.T) {
	_, err := jsontext.ParseObject([]byte("{\"a\":1\n\"b\":2}"))
	if got, want := err.Error(), "line 2, column 1: expected a comma or }"; got != want {
		t.Errorf("the error is %q, want %q", got, want)
	}
}

func TestExcerptSplitsTheLineAtTheError(t *testing.T) {
	long := strings.Repeat("a", 100) + "X" + strings.Repeat("b", 100)
	tests := []struct {
		name         string
		err          jsontext.SyntaxError
		width        int
		before, from string
	}{
		{"without its indentation", jsontext.SyntaxError{Column: 8, Text: "\t  \"a\" 1}"}, 60, `"a" `, "1}"},
		{"a place within the indentation", jsontext.SyntaxError{Column: 2, Text: "    x"}, 60, "", "   x"},
		{"a tab as a space", jsontext.SyntaxError{Column: 4, Text: "a\tbX"}, 60, "a b", "X"},
		{"behind the end", jsontext.SyntaxError{Column: 4, Text: "abc"}, 60, "abc", ""},
		{"the middle of a long line", jsontext.SyntaxError{Column: 101, Text: long}, 10, "aaaaa", "Xbbbb"},
		{"the beginning of a long line", jsontext.SyntaxError{Column: 2, Text: long}, 10, "a", "aaaaaaaaa"},
		{"the end of a long line", jsontext.SyntaxError{Column: 202, Text: long}, 10, "bbbbbbbbbb", ""},
		{"no room", jsontext.SyntaxError{Column: 101, Text: long}, -10, "", ""},
		{"an empty line", jsontext.SyntaxError{Column: 1}, 60, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before, from := test.err.Excerpt(test.width)
			if before != test.before || from != test.from {
				t.Errorf("%+v.Excerpt(%d) = %q, %q, want %q, %q", test.err, test.width, before, from, test.before, test.from)
			}
		})
	}
}

func TestParseObjectOfAnotherValueIsANotObjectError(t *testing.T) {
	tests := []struct{ text, kind string }{
		{` [1]`, "a list"}, {`"x"`, "a string"}, {`-1`, "a number"}, {`true`, "a boolean"}, {`false`, "a boolean"}, {`null`, "null"},
	}
	for _, test := range tests {
		_, err := jsontext.ParseObject([]byte(test.text))
		var got *jsontext.NotObjectError
		if !errors.As(err, &got) || got.Kind != test.kind {
			t.Errorf("ParseObject(%q) = %v, want a *NotObjectError of %s", test.text, err, test.kind)
		}
		if want := "it is " + test.kind + ", not an object"; err != nil && err.Error() != want {
			t.Errorf("ParseObject(%q) = %q, want %q", test.text, err, want)
		}
	}
}

func TestParseObjectHasTheDepthLimitOfEncodingJSON(t *testing.T) {
	nested := func(depth int) string {
		return `{"a":` + strings.Repeat(`[{"b":`, (depth-1)/2) + "1" + strings.Repeat("}]", (depth-1)/2) + "}"
	}
	if _, err := jsontext.ParseObject([]byte(nested(9_999))); err != nil {
		t.Errorf("ParseObject of 9,999 levels: %v", err)
	}
	if _, err := jsontext.ParseObject([]byte(nested(10_001))); !errors.Is(err, jsontext.ErrTooDeep) {
		t.Errorf("ParseObject of 10,001 levels = %v, want ErrTooDeep", err)
	}
	if _, err := jsontext.ParseObject([]byte(strings.Repeat("[", 10<<20))); !errors.Is(err, jsontext.ErrTooDeep) {
		t.Errorf("ParseObject of 10 Mi brackets = %v, want ErrTooDeep", err)
	}
}

func TestGetReturnsTheValueAtAPath(t *testing.T) {
	const text = `{"event":"e","data":{"items":[1,{"n":2.0},[3]],"a.b":"dots","7":"seven","twice":1,"twice":2,"\u0065sc":"x","é":null,"":0}}`
	tests := []struct {
		path, want string
		ok         bool
	}{
		{"event", `"e"`, true},
		{"data.items", `[1,{"n":2.0},[3]]`, true},
		{"data.items.0", `1`, true},
		{"data.items[0]", `1`, true},
		{"data.items.1.n", `2.0`, true},
		{"data.items[1].n", `2.0`, true},
		{"data.items[2][0]", `3`, true},
		{`data."a.b"`, `"dots"`, true},
		{`"data"."a.b"`, `"dots"`, true},
		{"data.7", `"seven"`, true},
		{"data.twice", `2`, true},
		{"data.esc", `"x"`, true},
		{`data."\u0065sc"`, `"x"`, true},
		{"data.é", `null`, true},
		{`data."\u00e9"`, `null`, true},
		{`data.""`, `0`, true},

		{"data.items[3]", "", false},
		{"data.items.n", "", false},
		{`data.items."0"`, "", false},
		{"data[0]", "", false},
		{"data.a.b", "", false},
		{"event.x", "", false},
		{"Event", "", false},
		{"", "", false},
		{"data..x", "", false},
		{"data.", "", false},
	}
	for _, test := range tests {
		got, ok := mustParse(t, text).Get(test.path)
		if string(got) != test.want || ok != test.ok {
			t.Errorf("Get(%q) = %q, %t, want %q, %t; payload %s", test.path, got, ok, test.want, test.ok, text)
		}
	}
}

func TestParseObjectAcceptsTheSameBytesAsEncodingJSON(t *testing.T) {
	places := []string{
		`%{}`, `{}%`, `{%}`, `{"a"%1}`, `{"a":%}`, `{"a":1%}`, `{"a":1%2}`, `{"a":-%}`, `{"a":0%}`, `{"a":1.%}`, `{"a":1e%1}`, `{"a":1e+%}`,
		`{"a":[%]}`, `{"a":[1%2]}`, `{"a":"%"}`, `{"a":"\%"}`, `{"a":"\u%000"}`, `{"a":"\u000%"}`, `{"a":t%ue}`, `{"a":nul%}`,
	}
	for _, place := range places {
		for c := range 256 {
			text := strings.Replace(place, "%", string([]byte{byte(c)}), 1)
			want := json.Valid([]byte(text))
			_, err := jsontext.ParseObject([]byte(text))
			var syntax *jsontext.SyntaxError
			if (err == nil) != want || errors.As(err, &syntax) == want {
				t.Errorf("ParseObject(%q) = %v, but encoding/json accepts it: %t", text, err, want)
			}
		}
	}
}

func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{
		example, "", "{", `{"a":[1,2,{"b":null}],"a":-0.5e+7}`, "[1]", "\ufeff{}", `{"\ud83d":"\u12"}`, "{\"a\":\"\xff\"}\n", `{"a":1}}`,
		strings.Repeat(`{"a":[`, 70) + strings.Repeat("]}", 70), "{\"a\":tru", `{"":01}`, "{\"a\x00\":1}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := jsontext.ParseObject(b)
		text := bytes.TrimPrefix(b, []byte("\ufeff"))
		isObject := bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
		var syntax *jsontext.SyntaxError
		var notObject *jsontext.NotObjectError
		switch {
		case !json.Valid(text):
			if !errors.As(err, &syntax) && !errors.Is(err, jsontext.ErrTooDeep) {
				t.Fatalf("ParseObject(%q) = %v, want a *SyntaxError", b, err)
			}
			if syntax != nil {
				checkPlace(t, b, syntax)
			}
		case !isObject:
			if !errors.As(err, &notObject) {
				t.Fatalf("ParseObject(%q) = %v, want a *NotObjectError", b, err)
			}
		case err != nil:
			t.Fatalf("ParseObject(%q) = %v, want the result of json.Valid", b, err)
		default:
			var want bytes.Buffer
			want.Write(b[:len(b)-len(text)])
			_ = json.Compact(&want, text)
			if !bytes.Equal(p.Bytes(), want.Bytes()) {
				t.Fatalf("ParseObject(%q).Bytes() = %q, want %q", b, p.Bytes(), want.Bytes())
			}
		}
	})
}

// checkPlace checks that the text before the error is a valid beginning of JSON, and that line, column and offset agree.
func checkPlace(t *testing.T, b []byte, err *jsontext.SyntaxError) {
	t.Helper()
	if err.Offset < 0 || err.Offset > len(b) || err.Expected == "" {
		t.Fatalf("ParseObject(%q) = %+v, want a position in the text", b, err)
	}
	lines := strings.Split(string(b[:err.Offset]), "\n")
	if err.Line != len(lines) || err.Column != len([]rune(lines[len(lines)-1]))+1 {
		t.Fatalf("ParseObject(%q) = %+v, want line %d, column %d", b, err, len(lines), len([]rune(lines[len(lines)-1]))+1)
	}
	before, from := err.Excerpt(40)
	if n := len([]rune(before)) + len([]rune(from)); n > 40 {
		t.Fatalf("%+v.Excerpt(40) has %d characters", err, n)
	}
}

func mustParse(t *testing.T, text string) *jsontext.Object {
	t.Helper()
	p, err := jsontext.ParseObject([]byte(text))
	if err != nil {
		t.Fatalf("ParseObject(%q): %v", text, err)
	}
	return p
}

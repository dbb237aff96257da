package jsontext_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

func TestSetSetsTheValueAtAPath(t *testing.T) {
	tests := []struct {
		name, text, path, value, want string
		created                       bool
	}{
		{"behind a byte order mark, which stays", "\ufeff" + `{ "a":1}`, "a", "2", "\ufeff" + `{"a":2}`, false},
		{"a number", `{"data":{"credits_used":10}}`, "data.credits_used", "12", `{"data":{"credits_used":12}}`, false},
		{"a string", `{"a":1}`, "a", "out of memory", `{"a":"out of memory"}`, false},
		{"a string that looks like a number", `{"a":1}`, "a", `"12"`, `{"a":"12"}`, false},
		{"nothing is an empty string", `{"a":1}`, "a", "", `{"a":""}`, false},
		{"a number with white space", `{"a":1}`, "a", " 12\n", `{"a":12}`, false},
		{"a word with white space", `{"a":1}`, "a", " true ", `{"a":true}`, false},
		{"null", `{"a":1}`, "a", "null", `{"a":null}`, false},
		{"a list", `{"a":1}`, "a", ` [ 1, {"b" : true} ] `, `{"a":[1,{"b":true}]}`, false},
		{"over an object", `{"a":{"b":1},"c":2}`, "a", "false", `{"a":false,"c":2}`, false},
		{"JSON that is broken is a string", `{"a":1}`, "a", `{"b":`, `{"a":"{\"b\":"}`, false},
		{"a string with what JSON escapes", `{"a":1}`, "a", "\"\\\n\x01é<", `{"a":"\"\\\n\u0001é<"}`, false},

		{"a new member", `{"a":1}`, "b", "2", `{"a":1,"b":2}`, true},
		{"the first member", `{}`, "b", "2", `{"b":2}`, true},
		{"objects on the way", `{"a":1}`, "b.c.d", "2", `{"a":1,"b":{"c":{"d":2}}}`, true},
		{"a list on the way", `{}`, "b[0].c", "2", `{"b":[{"c":2}]}`, true},
		{"a list on the way, with a dot", `{}`, "b.0.c", "2", `{"b":[{"c":2}]}`, true},
		{"an object with a number for a name", `{}`, `b."0"`, "2", `{"b":{"0":2}}`, true},
		{"an element", `{"a":[1,2,3]}`, "a[1]", "x", `{"a":[1,"x",3]}`, false},
		{"below an element", `{"a":[{"b":1}]}`, "a.0.b", "2", `{"a":[{"b":2}]}`, false},
		{"the next element", `{"a":[1,2]}`, "a[2]", "3", `{"a":[1,2,3]}`, true},
		{"the first element", `{"a":[]}`, "a[0]", "3", `{"a":[3]}`, true},
		{"a member of that name in an object", `{"a":{"0":1}}`, "a.0", "2", `{"a":{"0":2}}`, false},
		{"a name with a dot", `{"a.b":1}`, `"a.b"`, "2", `{"a.b":2}`, false},
		{"a new name with a dot and a quote", `{}`, `"a.\"b"`, "2", `{"a.\"b":2}`, true},
		{"a name that is written with escapes", `{"\u0061":1}`, "a", "2", `{"\u0061":2}`, false},
		{"of a name that is there twice, the last", `{"a":1,"b":1,"a":2}`, "a", "3", `{"a":1,"b":1,"a":3}`, false},
		{"below the last of two", `{"a":{"x":1},"a":{"y":1}}`, "a.x", "2", `{"a":{"x":1},"a":{"y":1,"x":2}}`, true},
		{"the literals around stay", `{"n":1.0,"a":1,"s":"\u00e9\/"}`, "a", "2", `{"n":1.0,"a":2,"s":"\u00e9\/"}`, false},
		{"a number as a name goes where JavaScript has it", `{"1":0,"5":0,"x":0}`, `3`, "1", `{"1":0,"3":1,"5":0,"x":0}`, true},
		{"the largest number as a name", `{"1":0,"x":0}`, `7`, "1", `{"1":0,"7":1,"x":0}`, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := mustParse(t, test.text)
			created, err := p.Set(test.path, test.value)
			if err != nil {
				t.Fatalf("Set(%q, %q) in %s: %v", test.path, test.value, test.text, err)
			}
			if got := string(p.Bytes()); got != test.want || created != test.created {
				t.Errorf("Set(%q, %q) in %s = %s, %t, want %s, %t", test.path, test.value, test.text, got, created, test.want, test.created)
			}
		})
	}
}

func TestSetWithAnInvalidPathChangesNothing(t *testing.T) {
	const text = `{"event":"e","n":1.0,"z":null,"t":true,"one":[1],"data":{"items":[1,2],"id":"job_1"}}`
	deep := strings.Repeat("a.", 10_000) + "a"
	tests := []struct {
		path, value string
		column      int
		problem     string
	}{
		{"", "1", 1, "a name is missing"},
		{".", "1", 1, "a name is missing"},
		{"data.", "1", 6, "a name is missing"},
		{"data..id", "1", 6, "a name is missing"},
		{"data.]", "1", 6, "a name is missing"},
		{"dáta]", "1", 5, "expected a dot or [ here"},
		{`data"id"`, "1", 5, "expected a dot or [ here"},
		{"data.items[0]x", "1", 14, "expected a dot or [ here"},
		{`data."id`, "1", 6, "the quoted name is not a JSON string"},
		{`data."\x"`, "1", 6, "the quoted name is not a JSON string"},
		{"data.items[0", "1", 11, "the bracket is not closed"},
		{"data.items[]", "1", 12, "expected a number from 0 in the brackets"},
		{"data.items[-1]", "1", 12, "expected a number from 0 in the brackets"},
		{"data.items[01]", "1", 12, "expected a number from 0 in the brackets"},
		{"data.items[x]", "1", 12, "expected a number from 0 in the brackets"},
		{"event.x", "1", 7, "event is a string, with nothing below it"},
		{"n.x", "1", 3, "n is a number, with nothing below it"},
		{"z.x", "1", 3, "z is null, with nothing below it"},
		{"t[0]", "1", 2, "t is a boolean, with nothing below it"},
		{"data.id.x.y", "1", 9, "data.id is a string, with nothing below it"},
		{"data[0]", "1", 5, "data is an object, not a list"},
		{"data.items.x", "1", 12, "data.items is a list, whose items have numbers"},
		{`data.items."0"`, "1", 12, "data.items is a list, whose items have numbers"},
		{"data.items[3]", "1", 11, "data.items has 2 items, numbered from 0"},
		{"one[2]", "1", 4, "one has 1 item, numbered 0"},
		{"data.new[1]", "1", 9, "data.new is a new list, whose first item is 0"},
		{"data.new.7.x", "1", 10, "data.new is a new list, whose first item is 0"},
		{"n", "1e400", 1, "the value contains a number that is too large for JavaScript"},
		{"n", `{"a":[-1e400]}`, 1, "the value contains a number that is too large for JavaScript"},
		{deep, "1", 1, "the path is more than 10,000 levels deep"},
		{"data.deep", strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999), 1, "the path is more than 10,000 levels deep"},
	}
	for _, test := range tests {
		p := mustParse(t, text)
		_, err := p.Set(test.path, test.value)
		var got *jsontext.PathError
		if !errors.As(err, &got) {
			t.Errorf("Set(%.40q, %.40q) = %v, want a *PathError", test.path, test.value, err)
			continue
		}
		if got.Path != test.path || got.Column != test.column || got.Problem != test.problem {
			t.Errorf("Set(%.40q, %.40q) = column %d, %q, want column %d, %q", test.path, test.value, got.Column, got.Problem, test.column, test.problem)
		}
		if string(p.Bytes()) != text {
			t.Errorf("Set(%.40q) failed and left %s, want it unchanged: %s", test.path, p.Bytes(), text)
		}
		if want := test.path + ": " + test.problem; err.Error() != want {
			t.Errorf("Set(%.40q) says %q, want %q", test.path, err, want)
		}
	}
}

func TestUnsetRemovesTheValueAtAPath(t *testing.T) {
	tests := []struct{ name, text, path, want string }{
		{"the first", `{"a":1,"b":2,"c":3}`, "a", `{"b":2,"c":3}`},
		{"the middle", `{"a":1,"b":2,"c":3}`, "b", `{"a":1,"c":3}`},
		{"the last", `{"a":1,"b":2,"c":3}`, "c", `{"a":1,"b":2}`},
		{"the only", `{"a":{"b":[]}}`, "a", `{}`},
		{"below", `{"a":{"b":1,"c":2.0}}`, "a.b", `{"a":{"c":2.0}}`},
		{"an element", `{"a":[1,2,3]}`, "a[1]", `{"a":[1,3]}`},
		{"the last element", `{"a":[1]}`, "a.0", `{"a":[]}`},
		{"a number as a name", `{"a":{"1":2,"0":1,"x":3}}`, "a.0", `{"a":{"1":2,"x":3}}`},
		{"both of a name that is there twice", `{"a":1,"b":2,"\u0061":3}`, "a", `{"b":2}`},
		{"a quoted name", `{"a.b":1,"c":2}`, `"a.b"`, `{"c":2}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := mustParse(t, test.text)
			if err := p.Unset(test.path); err != nil {
				t.Fatalf("Unset(%q) in %s: %v", test.path, test.text, err)
			}
			if got := string(p.Bytes()); got != test.want {
				t.Errorf("Unset(%q) in %s = %s, want %s", test.path, test.text, got, test.want)
			}
		})
	}
}

func TestUnsetOfAMissingNameListsTheExistingNames(t *testing.T) {
	tests := []struct{ path, problem, missing string }{
		{"evnt", "the payload has no evnt", "evnt"},
		{"data.stauts", "data has no stauts", "stauts"},
		{"dat.status", "the payload has no dat", "dat"},
		{"data[0]", "data is an object, not a list", ""},
		{"event.x", "event is a string, with nothing below it", ""},
		{`data."id."`, `data has no "id."`, `"id."`},
		{"a..b", "a name is missing", ""},
	}
	for _, test := range tests {
		p := mustParse(t, example)
		err := p.Unset(test.path)
		var got *jsontext.PathError
		if !errors.As(err, &got) || got.Problem != test.problem || got.Missing != test.missing || (len(got.Names) > 0) != (test.missing != "") {
			t.Errorf("Unset(%q) = %v, %+v, want %q, missing %q", test.path, err, got, test.problem, test.missing)
		}
		if string(p.Bytes()) != example {
			t.Errorf("Unset(%q) failed and left %s", test.path, p.Bytes())
		}
	}
}

func TestTheNamesInAnErrorAreValidInAPath(t *testing.T) {
	p := mustParse(t, `{"data":{"job.stage":1,"":2,"items":[1]}}`)
	err := p.Unset("data.job-stage")
	var got *jsontext.PathError
	if !errors.As(err, &got) || len(got.Names) != 3 || got.With(got.Names[0]) != `data."job.stage"` {
		t.Fatalf("Unset = %+v, want the name data.\"job.stage\"", got)
	}
	if err := p.Unset(got.With(got.Names[0])); err != nil {
		t.Errorf("Unset(%q): %v", got.With(got.Names[0]), err)
	}
	for _, index := range []string{"[1]", ".1"} {
		want := "data.items has no item " + strings.TrimPrefix(index, ".")
		if err := p.Unset("data.items" + index); !errors.As(err, &got) || got.Problem != want {
			t.Errorf("Unset of the next element = %v, want %s", err, want)
		}
	}
}

func TestCutAssignmentKeepsQuotedNames(t *testing.T) {
	tests := []struct {
		text, path, value string
		ok                bool
	}{
		{"data.x=1", "data.x", "1", true},
		{"data.x=", "data.x", "", true},
		{"data.x=a=b", "data.x", "a=b", true},
		{"=1", "", "1", true},
		{`data."a=b"=1`, `data."a=b"`, "1", true},
		{`data."a\"=b"=1`, `data."a\"=b"`, "1", true},
		{`data.x="1=2"`, "data.x", `"1=2"`, true},
		{"data.x", "", "", false},
		{`data."a=1`, "", "", false},
		{"", "", "", false},
	}
	for _, test := range tests {
		path, value, ok := jsontext.CutAssignment(test.text)
		if path != test.path || value != test.value || ok != test.ok {
			t.Errorf("CutAssignment(%q) = %q, %q, %t, want %q, %q, %t", test.text, path, value, ok, test.path, test.value, test.ok)
		}
	}
}

func FuzzSetPath(f *testing.F) {
	for _, seed := range [][3]string{
		{example, "data.credits_used", "12"},
		{`{"a":[1,{"b":2.0}],"a":{}}`, "a[1].b", `{"2":1,"1":[],"2":"x"}`},
		{`{"1":1,"x":"\ud800"}`, `"\ud800".0[0]`, "\xff"},
		{`{"a":{"b":"c"}}`, "a.b.c", "1e400"},
		{`{}`, "a[0][0].b", " -0.0 "},
		{`{"event":1}`, "", ""},
		{`{"":{"":1}}`, `"".""`, "\"\\ud83d\\ude00\\ud83d\""},
	} {
		f.Add([]byte(seed[0]), seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, text []byte, path, value string) {
		p, err := jsontext.ParseObject(text)
		if err != nil {
			return
		}
		before := p.Bytes()
		old, had := p.Get(path)
		created, err := p.Set(path, value)
		if err != nil {
			var broken *jsontext.PathError
			if !errors.As(err, &broken) || !bytes.Equal(p.Bytes(), before) {
				t.Fatalf("Set(%q, %q) in %q = %v and left %q", path, value, before, err, p.Bytes())
			}
			return
		}
		after := p.Bytes()
		if created == had {
			t.Fatalf("Set(%q) in %q says created %t, but Get found it: %t (%q)", path, before, created, had, old)
		}
		if _, err := jsontext.ParseObject(after); err != nil || !json.Valid(jsontext.WithoutMark(after)) {
			t.Fatalf("Set(%q, %q) in %q = %q, which is not an object: %v", path, value, before, after, err)
		}
		checkSetValue(t, p, path, value)
		checkOthersKeepTheirBytes(t, before, after, had, old)
		checkUnsetAgain(t, p, path)
	})
}

// checkSetValue checks that Get returns the value that was set, with the same meaning.
func checkSetValue(t *testing.T, p *jsontext.Object, path, value string) {
	t.Helper()
	got, ok := p.Get(path)
	if !ok {
		t.Fatalf("Get(%q) finds nothing after Set", path)
	}
	want, err := json.Marshal(value)
	if json.Valid([]byte(value)) {
		want, err = []byte(value), nil
	}
	var gotValue, wantValue any
	if err != nil || json.Unmarshal(got, &gotValue) != nil || json.Unmarshal(want, &wantValue) != nil {
		t.Fatalf("Set(%q, %q) put %q there", path, value, got)
	}
	gotAgain, _ := json.Marshal(gotValue)
	wantAgain, _ := json.Marshal(wantValue)
	if strings.ReplaceAll(string(gotAgain), "-0", "0") != strings.ReplaceAll(string(wantAgain), "-0", "0") {
		t.Fatalf("Set(%q, %q) put %q there", path, value, got)
	}
	// Setting the same value again changes nothing.
	before := p.Bytes()
	if created, err := p.Set(path, string(got)); created || err != nil || !bytes.Equal(before, p.Bytes()) {
		t.Fatalf("Set(%q, %q) of the existing value = %t, %v, %q, want %q", path, got, created, err, p.Bytes(), before)
	}
}

// checkOthersKeepTheirBytes checks that the text changed at only one position, by a replacement or an insertion.
func checkOthersKeepTheirBytes(t *testing.T, before, after []byte, had bool, old []byte) {
	t.Helper()
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	removed := before[head : len(before)-tail]
	if had && !bytes.Contains(old, removed) || !had && len(removed) > 0 {
		t.Fatalf("Set removed %q from %q, leaving %q, want only %q removed", removed, before, after, old)
	}
}

// checkUnsetAgain checks that a value that was set can be removed.
func checkUnsetAgain(t *testing.T, p *jsontext.Object, path string) {
	t.Helper()
	before := p.Bytes()
	if err := p.Unset(path); err != nil {
		t.Fatalf("Unset(%q) in %q: %v", path, before, err)
	}
	after := p.Bytes()
	if !json.Valid(after) || len(after) >= len(before) {
		t.Fatalf("Unset(%q) in %q = %q", path, before, after)
	}
	if value, ok := p.Get(path); ok && !strings.ContainsAny(path, "[0123456789") {
		t.Fatalf("Unset(%q) in %q left %q there", path, before, value)
	}
}

package jsontext_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

// mistakesDir contains the recorded output of the languages, and the scripts that produced it.
const mistakesDir = "../signature/testdata/mistakes"

// written is a line of those files: the output of a program for an input.
type written struct {
	Language, Version, Mistake, Input string
	Text                              []byte `json:"written_base64"`
}

func readWritten(t *testing.T) []written {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(mistakesDir, "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", mistakesDir, err)
	}
	var all []written
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var w written
			if err := json.Unmarshal(lines.Bytes(), &w); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if w.Text != nil {
				all = append(all, w)
			}
		}
	}
	return all
}

func TestEveryLanguageWritesOneOfItsForms(t *testing.T) {
	t.Parallel()
	for _, w := range readWritten(t) {
		t.Run(w.Language+" "+w.Mistake+" "+w.Input, func(t *testing.T) {
			t.Parallel()
			input, err := os.ReadFile(filepath.Join(mistakesDir, w.Input))
			if err != nil {
				t.Fatal(err)
			}
			d, err := jsontext.Read(input)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(w.Text, input) {
				return
			}
			var closest []byte
			for form := range d.Defaults() {
				text := writeOut(t, d, form.Style)
				if bytes.Equal(text, w.Text) {
					return
				}
				if common(text, w.Text) > common(closest, w.Text) {
					closest = text
				}
			}
			for form := range d.Combinations() {
				if bytes.Equal(writeOut(t, d, form.Style), w.Text) {
					return
				}
			}
			t.Errorf("%s %s writes\n%s\nwhich matches no form; the closest is\n%s", w.Language, w.Version, w.Text, closest)
		})
	}
}

// common returns the length of the common prefix of two texts.
func common(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func writeOut(t *testing.T, d *jsontext.Document, s jsontext.Style) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteTo(&b, s); err != nil {
		t.Fatalf("WriteTo(%+v): %v", s, err)
	}
	return b.Bytes()
}

// TestGoWritesItsForms runs Go itself, so it needs no recorded output.
func TestGoWritesItsForms(t *testing.T) {
	t.Parallel()
	input, err := os.ReadFile(filepath.Join(mistakesDir, "rich.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := jsontext.Read(input)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(input, &value); err != nil {
		t.Fatal(err)
	}
	for want, write := range map[string]func() []byte{
		"Go's json.Marshal": func() []byte { b, _ := json.Marshal(value); return b },
		"Go's json.Encoder": func() []byte {
			var b bytes.Buffer
			_ = json.NewEncoder(&b).Encode(value)
			return b.Bytes()
		},
		"Go's json.Encoder with SetEscapeHTML(false)": func() []byte {
			var b bytes.Buffer
			enc := json.NewEncoder(&b)
			enc.SetEscapeHTML(false)
			_ = enc.Encode(value)
			return b.Bytes()
		},
		"Go's json.MarshalIndent": func() []byte { b, _ := json.MarshalIndent(value, "", "\t"); return b },
		"Go's json.Indent": func() []byte {
			var b bytes.Buffer
			_ = json.Indent(&b, input, "", "  ")
			return b.Bytes()
		},
	} {
		text := write()
		var got []string
		for form := range d.Defaults() {
			if bytes.Equal(writeOut(t, d, form.Style), text) {
				got = form.Writers
			}
		}
		if !slices.Contains(got, want) {
			t.Errorf("%s writes the form of %q:\n%s", want, got, text)
		}
	}
}

func TestEveryFormNamesItsChanges(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"a":1}`, `{"b":1.0,"a":"/é"}`, `[]`, `1.0`, `"\/"`, `{"1":[],"0":{},"0":2}`, `{"a":"<\u2028>"}`, "[1, 2]\n",
	} {
		d, err := jsontext.Read([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for form := range d.Defaults() {
			if len(d.Changes(form.Style)) == 0 {
				t.Errorf("%s as %s is %s, without a named change", text, form.Writers, writeOut(t, d, form.Style))
			}
		}
	}
}

func TestReadRefusesTextsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"":                                       jsontext.ErrNotJSON,
		"{":                                      jsontext.ErrNotJSON,
		"\ufeff{}":                               jsontext.ErrNotJSON,
		"{}{}":                                   jsontext.ErrNotJSON,
		"[1" + strings.Repeat(",1", 2<<20) + "]": jsontext.ErrTooMany,
		strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000): jsontext.ErrNotJSON,
	} {
		if _, err := jsontext.Read([]byte(text)); err != want { //nolint:errorlint // they are not wrapped
			t.Errorf("Read(%.20q…) = %v, want %v", text, err, want)
		}
	}
}

// FuzzEveryFormMeansTheSame checks with Go's parser that every form has the same value.
func FuzzEveryFormMeansTheSame(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.50,{"b":"\u00e9\/"}],"a":null}`, `{"1":1,"0":"\ud800"}`, "[1e400]", "\"\xff\"", `[[[]],{}]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := jsontext.Read(text)
		if err != nil {
			return
		}
		n := 0
		for form := range d.Defaults() {
			var b bytes.Buffer
			if err := d.WriteTo(&b, form.Style); err != nil {
				continue // a number without a form
			}
			if !json.Valid(b.Bytes()) && !bytes.Contains(b.Bytes(), []byte("Infinity")) {
				t.Fatalf("%q as %s is not JSON: %q", text, form.Writers, b.Bytes())
			}
			_ = d.Changes(form.Style)
		}
		for form := range d.Combinations() {
			if n++; n > 50 {
				return
			}
			_ = d.WriteTo(&bytes.Buffer{}, form.Style)
		}
	})
}

package editor_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/editor"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
)

const sample = `{"event":"render.complete","data":{"id":"job_1","credits_used":10}}`

const shown = `{
  "event": "render.complete",
  "data": {
    "id": "job_1",
    "credits_used": 10
  }
}
`

func TestOneLinePayloadIsIndented(t *testing.T) {
	t.Parallel()
	if got := string(editor.NewDraft([]byte(sample)).Text()); got != shown {
		t.Errorf("got %s, want %s", got, shown)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	lines := "{\n\t\"event\": \"x\",\r\n \"n\": 1.0 }"
	for _, tc := range []struct {
		name  string
		body  string
		saved string
		want  string
		err   error
	}{
		{"one line stays one line", sample, strings.Replace(shown, "10", "12", 1), strings.Replace(sample, "10", "12", 1), nil},
		{"JSON.stringify's form", sample, strings.Replace(shown, "10", `1.50, "caf\u00e9": "\/"`, 1), strings.Replace(sample, "10", `1.5,"café":"/"`, 1), nil},
		{"numbers that JavaScript did not write stay unchanged", `{"id": 12345678901234567890, "n": 1.0}`, "{\n \"id\": 12345678901234567890,\n \"n\": 2.0\n}", `{"id":12345678901234567890,"n":2.0}`, nil},
		{"several lines stay as saved", lines, strings.Replace(lines, "1.0", "2.0", 1), strings.Replace(lines, "1.0", "2.0", 1), nil},
		{"an added final newline is no change", lines, strings.Replace(lines, "1.0", "2.0", 1) + "\n", strings.Replace(lines, "1.0", "2.0", 1), nil},
		{"an added byte order mark is no change", sample, "\ufeff" + strings.Replace(shown, "10", "12", 1), strings.Replace(sample, "10", "12", 1), nil},
		{"a byte order mark stays", "\ufeff" + sample, "\ufeff" + strings.Replace(shown, "10", "12", 1), "\ufeff" + strings.Replace(sample, "10", "12", 1), nil},
		{"plain text", "event=x # y", "# event=z", "# event=z", nil},
		{"a JSON list", "[1]", "[1,", "[1,", nil},
		{"unchanged", sample, shown, "", editor.ErrUnchanged},
		{"unchanged lines", lines, lines + "\n", "", editor.ErrUnchanged},
		{"unchanged text", "a b", "a b\n", "", editor.ErrUnchanged},
		{"only the layout changed", sample, sample, "", editor.ErrUnchanged},
		{"empty", sample, "", "", editor.ErrEmpty},
		{"white space", sample, " \n\t\n", "", editor.ErrEmpty},
		{"notes only", sample, "# a\n#b", "", editor.ErrEmpty},
		{"empty text", "a b", "\n", "", editor.ErrEmpty},
		{"too large for JavaScript", sample, strings.Replace(shown, "10", "1e400", 1), "", jsontext.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := editor.NewDraft([]byte(tc.body)).Apply([]byte(tc.saved))
			if string(got) != tc.want || !errors.Is(err, tc.err) {
				t.Errorf("Apply(%q): got %q, %v; want %q, %v", tc.saved, got, err, tc.want, tc.err)
			}
		})
	}
}

func TestInvalidTextIsKeptBelowTheNotes(t *testing.T) {
	t.Parallel()
	d := editor.NewDraft([]byte(sample))
	broken := strings.Replace(shown, "10", "oops", 1)
	var fault *jsontext.SyntaxError
	if _, err := d.Apply([]byte(broken)); !errors.As(err, &fault) || fault.Line != 5 {
		t.Fatalf("got %v, want an error in line 5", err)
	}
	d.SetNotes([]string{"It is\nnot JSON.", "", "\tExpected a value."})
	if got, want := string(d.Text()), "# It is not JSON.\n#\n#  Expected a value.\n"+broken; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	got, err := d.Apply([]byte("# It is not JSON.\n" + strings.Replace(shown, "10", "11", 1)))
	if want := strings.Replace(sample, "10", "11", 1); string(got) != want || err != nil {
		t.Errorf("after the fix: got %q, %v; want %q", got, err, want)
	}
}

func TestSameInvalidTextTwiceIsAbandoned(t *testing.T) {
	t.Parallel()
	d := editor.NewDraft([]byte(sample))
	_, first := d.Apply([]byte("{"))
	d.SetNotes([]string{"It is not JSON."})
	_, err := d.Apply(d.Text())
	var up *editor.AbandonedError
	if !errors.As(err, &up) || up.Err.Error() != first.Error() {
		t.Errorf("got %v, want an AbandonedError with %v", err, first)
	}
}

func TestDeepPayloadKeepsItsNumbers(t *testing.T) {
	t.Parallel()
	nested := func(levels int, number string) string {
		return `{"[{\"":` + strings.Repeat("[", levels) + number + strings.Repeat("]", levels) + "}"
	}
	for _, tc := range []struct {
		levels int
		want   string
	}{{99, "1.5"}, {100, "1.50"}} {
		got, err := editor.NewDraft([]byte(nested(tc.levels, "1"))).Apply([]byte(nested(tc.levels, "1.50")))
		if want := nested(tc.levels, tc.want); string(got) != want || err != nil {
			t.Errorf("%d levels: got %s, %v; want %s", tc.levels, got, err, want)
		}
	}
}

func FuzzDraft(f *testing.F) {
	for _, s := range []string{sample, shown, "# note\n" + shown, "{", "", "\ufeff{}", "text\r\n", "# a\n# b", "{}\r\n"} {
		f.Add([]byte(sample), []byte(s), "a note")
		f.Add([]byte(s), []byte(shown), "line\nbreak\r#")
	}
	f.Fuzz(func(t *testing.T, body, saved []byte, note string) {
		d := editor.NewDraft(body)
		if _, err := d.Apply(d.Text()); !errors.Is(err, editor.ErrUnchanged) {
			t.Fatalf("%q as shown: got %v, want ErrUnchanged", body, err)
		}
		got, err := d.Apply(saved)
		if err == nil {
			if _, err := jsontext.ParseObject(body); err == nil {
				if _, err := jsontext.ParseObject(got); err != nil {
					t.Fatalf("got %q from %q: %v", got, saved, err)
				}
			}
			return
		}
		if errors.Is(err, editor.ErrUnchanged) || errors.Is(err, editor.ErrEmpty) {
			return
		}
		before := d.Text()
		d.SetNotes([]string{note, note})
		if with := d.Text(); !bytes.HasSuffix(with, before) || bytes.Count(with, []byte("\n")) != bytes.Count(before, []byte("\n"))+2 {
			t.Fatalf("note %q over %q: got %q", note, before, with)
		}
		var up *editor.AbandonedError
		if _, err := d.Apply(d.Text()); !errors.As(err, &up) {
			t.Fatalf("%q again: got %v, want an AbandonedError", saved, err)
		}
	})
}

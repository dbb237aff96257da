package cli

import "testing"

func TestAHeaderIsANameAndAValue(t *testing.T) {
	t.Parallel()
	got, err := parseHeaders([]string{"x-trace: 42", "X-Empty:", "X-Colon: a:b"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ name, value string }{{"X-Trace", "42"}, {"X-Empty", ""}, {"X-Colon", "a:b"}} {
		if got[i].Name != want.name || got[i].Value != want.value {
			t.Errorf("header %d: got %q: %q, want %q: %q", i, got[i].Name, got[i].Value, want.name, want.value)
		}
	}
	for _, bad := range []string{"nocolon", ": x", "A B: x", "X: a\nb", "X: a\x00", "É: x"} {
		if got, err := parseHeaders([]string{bad}); err == nil {
			t.Errorf("parseHeaders(%q): got %v, want an error", bad, got)
		}
	}
}

func TestSpoilingChangesOneThingAndKeepsTheForm(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"n":4510}`, `{"n":"x9"}`, `{}`, `{"n":0}`} {
		spoilt := spoilBody([]byte(body))
		if string(spoilt) == body {
			t.Errorf("spoilBody(%s): nothing changed", body)
		}
	}
	for _, sig := range []string{"sha256=00", "ff", "a0"} {
		if got := spoilSignature(sig); got == sig || len(got) != len(sig) {
			t.Errorf("spoilSignature(%q): got %q, want another of the same length", sig, got)
		}
	}
}

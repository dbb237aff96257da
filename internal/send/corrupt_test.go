package send

import "testing"

func TestCorruptionChangesOneCharacter(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"n":4510}`, `{"n":"x9"}`, `{}`, `{"n":0}`} {
		if got := corruptBody([]byte(body)); string(got) == body {
			t.Errorf("corruptBody(%s): nothing changed", body)
		}
	}
	for _, sig := range []string{"sha256=00", "ff", "a0"} {
		if got := corruptSignature(sig); got == sig || len(got) != len(sig) {
			t.Errorf("corruptSignature(%q): got %q, want another of the same length", sig, got)
		}
	}
}

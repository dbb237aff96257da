package recording

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

// repeated is a reader that repeats one byte forever.
type repeated byte

func (b repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}

func TestReaderRefusesALongLineBeforeItIsInMemory(t *testing.T) {
	const start = `{"v":1,"type":"delivery","id":"dlv_0000000001",`
	for _, test := range []struct {
		name, start string
		then        repeated
		want        string
		mostMiB     uint64
	}{
		{"not an object", "", 'x', "column 1: expected {", 1},
		{"an event", start + `"event":"`, 'a', "a string is longer than 1 MiB", 8},
		{"a name", start + `"`, 'a', "a string is longer than 1 MiB", 8},
		{"a string with the name of the body", start + `"masked":["body_base64","`, 'A', "a string is longer than 1 MiB", 8},
		{"a string of escapes", start + `"event":"`, '\\', "a string is longer than 1 MiB", 8},
		{"a number", start + `"v":1`, '1', "the line is longer than 32 MiB without its body", 48},
		{"blanks", "", ' ', "the line is longer than 32 MiB without its body", 48},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := NewReader(io.MultiReader(strings.NewReader(test.start), test.then)).Next()
			runtime.ReadMemStats(&after)
			var damage *LineError
			if !errors.As(err, &damage) || !strings.Contains(damage.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > test.mostMiB {
				t.Errorf("it took %d MiB, want %d at most", took, test.mostMiB)
			}
		})
	}
}

func TestLineLimitsTrackEveryString(t *testing.T) {
	long := strings.Repeat("A", maxStringBytes+1)
	for line, want := range map[string]string{
		`{"body_base64":"` + long + `","event":"a"}`:        "",
		`{"body_base64" : "` + long + `"}`:                  "",
		`{"event":"` + long + `"}`:                          "a string is longer than 1 MiB",
		`{"body_base64":"A","about":"` + long + `"}`:        "a string is longer than 1 MiB",
		`{"body_base64x":"` + long + `"}`:                   "a string is longer than 1 MiB",
		`{"a":"\\\"body_base64\":","b":"` + long + `"}`:     "a string is longer than 1 MiB",
		`{"a":"` + long[4:] + `","b":"` + long[4:] + `\\"}`: "",
	} {
		for _, size := range []int{1000, len(line)} {
			var l lineLimits
			got := ""
			for rest := line; got == "" && rest != ""; rest = rest[min(size, len(rest)):] {
				got = l.add([]byte(rest[:min(size, len(rest))]))
			}
			if got != want {
				t.Errorf("%.40s… in pieces of %d: got %q, want %q", line, size, got, want)
			}
		}
	}
}

func TestReaderJoinsTheChunksOfALongLine(t *testing.T) {
	body := strings.Repeat("e30=", pieceBytes) // base64 ends at the first =
	_, err := NewReader(strings.NewReader(`{"v":1,"type":"delivery","body_base64":"` + body + `"}` + "\n")).Next()
	if err == nil || !strings.Contains(err.Error(), "illegal base64 data at input byte 4") {
		t.Errorf("got %v, want an error about base64 at byte 4", err)
	}
}

package load_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/load"
)

func TestParseChaos(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]load.Chaos{
		"duplicate":              {Duplicate: 2},
		"duplicate=3":            {Duplicate: 3},
		"shuffle=7":              {Shuffle: 7},
		"delay=100ms":            {Delay: 100 * time.Millisecond},
		"truncate":               {Truncate: 1},
		"truncate=10,delay=1.5s": {Truncate: 10, Delay: 1500 * time.Millisecond},
		"duplicate=2,shuffle=7,delay=100ms,truncate": {Duplicate: 2, Shuffle: 7, Delay: 100 * time.Millisecond, Truncate: 1},
	} {
		got, err := load.ParseChaos(text)
		if err != nil || got != want {
			t.Errorf("ParseChaos(%q): got %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := load.ParseChaos(got.String()); err != nil || again != got {
			t.Errorf("ParseChaos(%q) of %q: got %+v, %v", got.String(), text, again, err)
		}
	}
}

func TestParseChaosErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, at, what, hint string }{
		{"duplicate=2,shufle=7", "            ^~~~~~", `unknown kind of chaos "shufle"`, `did you mean "shuffle"?`},
		{"nonsense", "^~~~~~~~", `unknown kind of chaos "nonsense"`, "choose from duplicate, shuffle, delay, truncate"},
		{"", "^", "missing kind of chaos", "for example duplicate=2,shuffle=7,delay=100ms,truncate=10"},
		{"delay=1s,", "         ^", "missing kind of chaos", "for example duplicate=2,shuffle=7,delay=100ms,truncate=10"},
		{"=3,delay=1s", "^~", "missing kind of chaos", "for example duplicate=2,shuffle=7,delay=100ms,truncate=10"},
		{"duplicate=1", "          ^", `invalid value "1" for duplicate`, "use a whole number from 2 to 100"},
		{"truncate,duplicate=2x", "                   ^~", `invalid value "2x" for duplicate`, "use a whole number from 2 to 100"},
		{"duplicate=", "^~~~~~~~~~", "duplicate needs a value", "for example duplicate=7"},
		{"shuffle", "^~~~~~~", "shuffle needs a value", "for example shuffle=7"},
		{"delay", "^~~~~", "delay needs a value", "for example delay=100ms"},
		{"delay=100", "      ^~~", `invalid value "100" for delay`, "use a duration up to 1h, such as 100ms or 2s"},
		{"delay=-1s", "      ^~~", `invalid value "-1s" for delay`, "use a duration up to 1h, such as 100ms or 2s"},
		{"delay=1s,delay=2s", "         ^~~~~~~~", "--chaos lists delay twice", "remove one of them"},
		{"größer=1,x", "^~~~~~", `unknown kind of chaos "größer"`, "choose from duplicate, shuffle, delay, truncate"},
		{"truncate,größer", "         ^~~~~~", `unknown kind of chaos "größer"`, "choose from duplicate, shuffle, delay, truncate"},
	} {
		_, err := load.ParseChaos(tc.text)
		var wrong *load.ChaosError
		if !errors.As(err, &wrong) {
			t.Errorf("ParseChaos(%q): got %v, want a *ChaosError", tc.text, err)
			continue
		}
		at := strings.Repeat(" ", wrong.Column-1) + "^" + strings.Repeat("~", wrong.Width-1)
		if diff := cmp.Diff([]string{tc.at, tc.what, tc.hint}, []string{at, wrong.Msg, wrong.Hint}); diff != "" {
			t.Errorf("ParseChaos(%q) (-want +got):\n%s", tc.text, diff)
		}
	}
}

func FuzzParseChaos(f *testing.F) {
	for _, seed := range []string{"duplicate=2,shuffle=7,delay=100ms,truncate", "truncate=10", "", ",", "=", "delay=\xff", "shuffle=99999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := load.ParseChaos(text)
		var wrong *load.ChaosError
		switch {
		case err == nil:
			if again, err := load.ParseChaos(c.String()); err != nil || again != c {
				t.Errorf("%q is %+v, formatted as %q, which is %+v, %v", text, c, c.String(), again, err)
			}
		case !errors.As(err, &wrong):
			t.Errorf("%q: got %v, want a *ChaosError", text, err)
		case wrong.Column < 1 || wrong.Width < 1 || wrong.Column > utf8.RuneCountInString(text)+1 || wrong.Msg == "" || wrong.Hint == "":
			t.Errorf("%q: got %+v", text, wrong)
		}
	})
}

// applied returns the requests that chaos makes of n items, as text.
func applied(n int, c load.Chaos, seed uint64) []string {
	var out []string
	for s := range load.ApplyChaos(numbers(n), c, seed) {
		out = append(out, fmt.Sprintf("%d.%d %s %q", s.Number, s.Copy, s.Delay, s.Body([]byte("0123456789"))))
	}
	return out
}

func TestChaosIsReproducible(t *testing.T) {
	t.Parallel()
	c := load.Chaos{Duplicate: 2, Shuffle: 7, Delay: 100 * time.Millisecond, Truncate: 3}
	if diff := cmp.Diff(applied(50, c, 8123), applied(50, c, 8123)); diff != "" {
		t.Errorf("the same seed again:\n%s", diff)
	}
	if cmp.Equal(applied(50, c, 8123), applied(50, c, 8124)) {
		t.Error("another seed gave the same chaos")
	}
	// These values must not change: a seed from an old report must still reproduce its run.
	want := []string{
		`1.2 34.623313ms "0123456789"`, `2.2 89.956389ms "012"`, `2.1 78.411263ms "0123456789"`, `1.1 16.816806ms "0123456789"`,
	}
	if diff := cmp.Diff(want, applied(2, c, 8123)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKindsOfChaosAreIndependent(t *testing.T) {
	t.Parallel()
	order := func(c load.Chaos) (came []int) {
		for s := range load.ApplyChaos(numbers(60), c, 5) {
			came = append(came, s.Number)
		}
		return came
	}
	plain := order(load.Chaos{Shuffle: 7})
	if diff := cmp.Diff(plain, order(load.Chaos{Shuffle: 7, Delay: time.Second, Truncate: 2})); diff != "" {
		t.Errorf("the order changed:\n%s", diff)
	}
}

func TestZeroChaosChangesNothing(t *testing.T) {
	t.Parallel()
	want := []string{`1.1 0s "0123456789"`, `2.1 0s "0123456789"`, `3.1 0s "0123456789"`}
	if diff := cmp.Diff(want, applied(3, load.Chaos{}, 1)); diff != "" {
		t.Error(diff)
	}
}

func TestChaosProperties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		c := load.Chaos{Duplicate: 3, Shuffle: 8, Delay: time.Second, Truncate: 4}
		copies := map[int][]int{}
		place, cut := 0, 0
		for s := range load.ApplyChaos(numbers(100), c, seed) {
			copies[s.Number] = append(copies[s.Number], s.Copy)
			if group := ((s.Number-1)*3 + s.Copy - 1) / 8; group != place/8 {
				t.Fatalf("seed %d: request %d.%d came at position %d, outside its group of 8", seed, s.Number, s.Copy, place)
			}
			place++
			if s.Delay < 0 || s.Delay >= time.Second {
				t.Fatalf("seed %d: got a delay of %s, want less than 1s", seed, s.Delay)
			}
			body := []byte(`{"event":"x"}`)
			if s.Truncated {
				cut++
			}
			if got := s.Body(body); s.Truncated == (len(got) == len(body)) || string(got) != string(body[:len(got)]) {
				t.Fatalf("seed %d: truncated %t, body %q of %q", seed, s.Truncated, got, body)
			}
		}
		if place != 300 || cut < 30 || cut > 130 {
			t.Errorf("seed %d: got %d requests, %d of them truncated, want 300 and about 75", seed, place, cut)
		}
		for number, got := range copies {
			if slices.Sort(got); !slices.Equal(got, []int{1, 2, 3}) {
				t.Errorf("seed %d: item %d was sent as %v, want each of three copies once", seed, number, got)
			}
		}
	}
}

func TestApplyChaosReadsAtMostOneGroupAhead(t *testing.T) {
	t.Parallel()
	read := 0
	items := func(yield func(int) bool) {
		for i := range 1000 {
			if read++; !yield(i) {
				return
			}
		}
	}
	for range load.ApplyChaos(items, load.Chaos{Shuffle: 7}, 1) {
		break
	}
	if read != 7 {
		t.Errorf("read %d items for the first request, want 7", read)
	}
}

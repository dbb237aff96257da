package recording_test

import (
	"bytes"
	"encoding/gob"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/vidiking/vidiking-cli/internal/recording"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

var payloads = flag.Int("payloads", 200, "number of deliveries for each installed shell")

func unprintable(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }

// call is a recorded call of a program.
type call struct {
	Args  []string
	Stdin []byte
}

// dumpCall is the curl of these tests. It appends its call to the file named in the environment.
func dumpCall() int {
	stdin, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 90
	}
	f, err := os.OpenFile(os.Getenv("CALLS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 91
	}
	var b bytes.Buffer
	if errors.Join(gob.NewEncoder(&b).Encode(call{os.Args[1:], stdin}), binaryWrite(f, b.Bytes()), f.Close()) != nil {
		return 92
	}
	return 0
}

func binaryWrite(w io.Writer, b []byte) error {
	_, err := w.Write(append(fmt.Appendf(nil, "%08d", len(b)), b...))
	return err
}

func readCalls(t *testing.T, path string) (calls []call) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for len(b) > 0 {
		var size int
		if _, err := fmt.Sscanf(string(b[:8]), "%d", &size); err != nil {
			t.Fatal(err)
		}
		var c call
		if err := gob.NewDecoder(bytes.NewReader(b[8 : 8+size])).Decode(&c); err != nil {
			t.Fatal(err)
		}
		calls = append(calls, c)
		b = b[8+size:]
	}
	return calls
}

// sandbox is an empty directory, and a PATH that contains only curl.
type sandbox struct{ work, bin, calls string }

func newSandbox(t *testing.T) sandbox {
	t.Helper()
	dir := t.TempDir()
	s := sandbox{work: filepath.Join(dir, "work"), bin: filepath.Join(dir, "bin"), calls: filepath.Join(dir, "calls")}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Mkdir(s.work, 0o700), os.Mkdir(s.bin, 0o700), os.Symlink(self, filepath.Join(s.bin, "curl"))); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a script in a shell. It fails if the script runs anything but curl or writes a file.
func (s sandbox) run(t *testing.T, shell, script string, env ...string) {
	t.Helper()
	if err := os.WriteFile(s.calls+".sh", []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), shell, s.calls+".sh")
	cmd.Dir = s.work
	// GORACE: under the race detector, each curl would otherwise wait for a second when it exits
	cmd.Env = append([]string{"PATH=" + s.bin, "CALLS=" + s.calls, "HOME=" + s.work, "GORACE=atexit_sleep_ms=0"}, env...)
	out, err := cmd.CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("%s printed %q and ended with %v, want no output; the script:\n%q", shell, out, err, script)
	}
	left, err := os.ReadDir(s.work)
	if err != nil || len(left) > 0 {
		t.Errorf("%s left the files %v, %v, want none; the script:\n%q", shell, left, err, script)
	}
}

// wantCall derives the expected call of curl from the delivery.
func wantCall(d webhook.Delivery, stdin bool) call {
	target := defaultTarget
	for _, a := range d.History {
		if strings.HasPrefix(a.Target, "http://localhost:3000/") {
			target = a.Target
		}
	}
	c := call{Args: []string{"-q", "--globoff", "--path-as-is", "--url", calledURL(d, target)}, Stdin: []byte{}}
	if d.Host != "" {
		c.Args = append(c.Args, "-H", "Host: "+d.Host)
	}
	sent := map[string]bool{}
	for _, f := range d.Header {
		value := f.Name + ": " + strings.Trim(f.Value, " \t")
		if strings.HasSuffix(value, ": ") {
			value = f.Name + ";"
		}
		c.Args = append(c.Args, "-H", value)
		sent[textproto.CanonicalMIMEHeaderKey(f.Name)] = true
	}
	for _, name := range []string{"Accept", "Content-Type", "User-Agent", "Expect"} {
		if !sent[name] && (name != "Expect" || len(d.Body) > 1024) {
			c.Args = append(c.Args, "-H", name+":")
		}
	}
	if stdin {
		c.Args, c.Stdin = append(c.Args, "--data-binary", "@-"), d.Body
		return c
	}
	c.Args = append(c.Args, "--data-raw", string(d.Body))
	return c
}

// shells returns the POSIX shells of this machine.
func shells(t *testing.T) (found []string) {
	t.Helper()
	for _, name := range []string{"sh", "dash", "bash", "zsh", "ksh", "ksh93", "ash"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	if len(found) == 0 {
		t.Skip("no POSIX shell is installed")
	}
	return found
}

// TestShellsCallCurlWithTheExactBytes checks that for any delivery, a shell calls curl once with these bytes and does nothing else.
func TestShellsCallCurlWithTheExactBytes(t *testing.T) {
	t.Parallel()
	const together = 50
	payloads := *payloads
	if testing.Short() {
		payloads = min(payloads, together) // each curl is this program, which starts slowly under the race detector
	}
	for i, shell := range shells(t) {
		t.Run(filepath.Base(shell), func(t *testing.T) {
			t.Parallel()
			n := newHostile(uint64(i) + 7)
			s := newSandbox(t)
			for done := 0; done < payloads; done += together {
				var script strings.Builder
				var want []call
				for range min(together, payloads-done) {
					d := n.delivery(false)
					if n.IntN(20) == 0 {
						d.Body = bytes.Repeat(append(d.Body, 'x'), 1000+n.IntN(3000)) // more than an argument can hold
					}
					command := recording.Curl(d, defaultTarget)
					script.WriteString(command)
					want = append(want, wantCall(d, strings.HasPrefix(strings.TrimPrefix(command, "# token in the query is masked and was left out.\n"), "printf ")))
				}
				_ = os.Remove(s.calls)
				s.run(t, shell, script.String(), "LC_ALL="+n.pick([]string{"C", "C.UTF-8", ""}))
				got := readCalls(t, s.calls)
				if len(got) != len(want) {
					t.Fatalf("%s called curl %d times, want %d", shell, len(got), len(want))
				}
				for i, w := range want {
					if !slices.Equal(w.Args, got[i].Args) || !bytes.Equal(w.Stdin, got[i].Stdin) {
						t.Fatalf("%s called\n got %q\nwant %q", shell, got[i], w)
					}
				}
			}
			t.Logf("%d deliveries", payloads)
		})
	}
}

// FuzzCurlInAShell searches for a delivery that breaks out of the command, including those that net/http never accepts.
func FuzzCurlInAShell(f *testing.F) {
	shell := "/bin/sh"
	if _, err := os.Stat(shell); err != nil {
		f.Skip("/bin/sh is not installed")
	}
	f.Add("X-A", "it's", "http://localhost:3000/", []byte("{}"))
	f.Add("@pwned", "$(touch pwned)\r\n", "-o pwned", []byte("'; touch pwned; '\x00"))
	f.Add("`touch pwned`", "%s\\", "http://h/'$(touch pwned)", []byte("-n\n"))
	f.Fuzz(func(t *testing.T, name, value, target string, body []byte) {
		s := newSandbox(t)
		d := webhook.Delivery{Header: webhook.Header{{Name: name, Value: value}}, Body: body, History: []webhook.Attempt{{Target: target}}}
		s.run(t, shell, recording.Curl(d, defaultTarget))
		calls := readCalls(t, s.calls)
		if len(calls) != 1 {
			t.Fatalf("curl was called %d times, want once: %q", len(calls), calls)
		}
		args := calls[0].Args
		got := calls[0].Stdin
		if last := len(args) - 1; args[last-1] == "--data-raw" {
			got = []byte(args[last])
		}
		if !bytes.Equal(got, body) {
			t.Errorf("curl got the body %q, want %q", got, body)
		}
	})
}

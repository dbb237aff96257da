package cli

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/config"
)

// hostile is text that sets the window title, the color and the text direction if it is printed on a terminal unchanged.
const hostile = "x\x1b]0;owned\a\x1b[31m\u009b31m\u202e\r\n\ty"

// stranger is a terminal session whose environment, files and log contain hostile text.
type stranger struct {
	t    *testing.T
	home string
	env  map[string]string

	mu  sync.Mutex
	out bytes.Buffer
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	home := filepath.Join(t.TempDir(), strings.ReplaceAll(hostile, "/", "_"))
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Skip(err) // the system does not allow such names
	}
	return &stranger{t: t, home: home, env: map[string]string{
		"NO_COLOR": "1", "LANG": "C.UTF-8", "VIDIKING_WEBHOOK_SECRET": "whsec_0123456789abcdef", "VIDIKING_API_URL": "http://127.0.0.1:1",
	}}
}

func (s *stranger) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

// run runs a command and returns its output on the terminal. It interrupts listen and emulator twice right away.
func (s *stranger) run(args ...string) string {
	signals := make(chan os.Signal, 2)
	if len(args) > 0 && (args[0] == "listen" || args[0] == "emulator") {
		signals <- syscall.SIGINT
		signals <- syscall.SIGINT
	}
	Main(context.Background(), cmdutil.Environment{
		Args: args,
		Streams: cmdutil.Streams{
			Stdin: strings.NewReader(hostile + "\n"), Stdout: s, Stderr: s,
			StdoutTerminal: true, StderrTerminal: true, Width: func() int { return 80 },
			ReadSecret: func(context.Context) (string, error) { return hostile, nil },
		},
		LookupEnv: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		Home:      s.home, WorkDir: s.home, GOOS: "linux",
		Now: time.Now, Location: time.UTC, Random: rand.Reader, Signals: func() <-chan os.Signal { return signals },
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.out.String()
	s.out.Reset()
	return out
}

// Check fails if a command printed control sequences. It allows the carriage return of progress lines.
func (s *stranger) Check(args ...string) {
	s.t.Helper()
	out := s.run(args...)
	for i, r := range out {
		if r != '\n' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf)) {
			s.t.Errorf("vidiking %q prints %U: %q", args, r, out[max(0, i-60):min(len(out), i+60)])
			return
		}
	}
}

// checkASCII fails if a command printed anything but ASCII, because an 8-bit terminal may interpret other bytes as controls.
func (s *stranger) checkASCII(args ...string) {
	s.t.Helper()
	out := s.run(args...)
	if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }); i >= 0 {
		s.t.Errorf("vidiking %q prints more than ASCII: %q", args, out[max(0, i-60):min(len(out), i+60)])
	}
}

// required returns the arguments and flags that a command needs in addition to the hostile text.
var required = map[string][]string{
	"listen": {"--forward=127.0.0.1:1", "--addr=127.0.0.1:0"}, "trigger": {"render.complete", "--to=127.0.0.1:1"}, "replay": {"last", "--to=127.0.0.1:1"},
	"emulator": {"--addr=127.0.0.1:0"}, "render": {"--example"}, "show": {"last"}, "diff": {"last"}, "wait": {"render.complete", "--within=0s"}, "set-webhook": {"--url=https://example.com/hooks", "--yes"},
}

// invocations returns command lines that pass hostile text to each command as an argument or as the value of a flag.
func invocations() [][]string {
	var all [][]string
	var walk func(cmd *cobra.Command, path []string)
	walk = func(cmd *cobra.Command, path []string) {
		add := func(args ...string) {
			all = append(all, slices.Concat(path, required[cmd.Name()], args))
		}
		add(hostile)
		add("--" + hostile)
		if cmd.Name() != "wait" { // it would wait
			all = append(all, slices.Concat(path, []string{"last", hostile}), slices.Concat(path, []string{hostile}))
		}
		flag := func(f *pflag.Flag) {
			if f.Name != "help" {
				add("--" + f.Name + "=" + hostile)
			}
		}
		cmd.LocalFlags().VisitAll(flag)
		for _, c := range cmd.Commands() {
			walk(c, slices.Concat(path, []string{c.Name()}))
		}
	}
	walk(newRootCommand(cmdutil.NewApp(cmdutil.Environment{LookupEnv: func(string) (string, bool) { return "", false }})), nil)
	return all
}

func TestArgumentsAreCleanedForATerminal(t *testing.T) {
	t.Parallel()
	s := newStranger(t)
	s.Check("trigger", "render.complete", "--to", "127.0.0.1:1")
	for _, args := range invocations() {
		s.env["LANG"] = "C"
		s.checkASCII(args...)
		s.env["LANG"] = "C.UTF-8"
		s.Check(args...)
		s.Check(append(slices.Clone(args), "--output=json")...)
	}
	for _, key := range config.Keys() {
		s.Check("config", "set", key.Name, hostile)
		s.Check("config", "get", key.Name)
	}
	s.Check("config", "list")
}

func TestTheEnvironmentIsCleanedForATerminal(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"VIDIKING_CONFIG", "VIDIKING_DATA_DIR", "VIDIKING_PROFILE", "VIDIKING_WEBHOOK_SECRET", "VIDIKING_API_KEY", "VIDIKING_API_URL",
		"NGROK_AUTHTOKEN", "VISUAL", "EDITOR", "HTTPS_PROXY", "TERM", "VIDIKING_WEBHOOK_URL",
	} {
		s := newStranger(t)
		s.env[name] = hostile
		for _, args := range [][]string{
			nil, {"doctor"}, {"config", "list"}, {"config", "get", "api-key", "--reveal"}, {"config", "path"}, {"trigger", "render.complete", "--edit"}, {"webhooks", "list"},
			{"config", "set-webhook", "--url", "https://example.com/a", "--yes"},
		} {
			s.Check(args...)
		}
	}
}

func TestFilesAreCleanedForATerminal(t *testing.T) {
	t.Parallel()
	for path, texts := range map[string][]string{
		".config/vidiking/config.toml": {"forward = \"" + hostile, "\"" + hostile + "\" = 1", "[profiles.\"\\u001b\\u202e\"]", "ngrok_policy = '\u009b\u202e'"},
		".vidiking.toml":               {"[routes]\n\"" + hostile, "path = '/\u009b\u202e'", "forward = '\u202e'"},
	} {
		for _, text := range texts {
			s := newStranger(t)
			file := filepath.Join(s.home, path)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{nil, {"config", "list"}, {"config", "get", "forward"}, {"listen", "--tunnel", "local", "--addr", "127.0.0.1:0"}} {
				s.Check(args...)
			}
		}
	}
}

func TestDeliveriesAreCleanedForATerminal(t *testing.T) {
	t.Parallel()
	handler := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-A", "\u009b31m\u202e")
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte(hostile))
	}))
	defer handler.Close()
	s := newStranger(t)
	text, err := json.Marshal(map[string]any{"event": hostile, "data": map[string]any{"id": hostile, hostile: 1}})
	if err != nil {
		t.Fatal(err)
	}
	payload := filepath.Join(s.home, "p.json")
	if err := os.WriteFile(payload, bytes.ReplaceAll(text, []byte(`\t`), []byte("\u0085")), 0o600); err != nil {
		t.Fatal(err)
	}
	to := handler.URL
	s.Check("trigger", "--data", payload, "--to", to, "-H", "X-A: \u202e")
	s.Check("trigger", "--data", payload, "--to", to, "-o", "json")
	for _, args := range [][]string{
		{"webhooks", "list"}, {"webhooks", "show", "last"}, {"webhooks", "show", "last", "--curl"}, {"webhooks", "list", "-v"}, {"replay", "last", "--to", to},
		{"webhooks", "diff", "last"}, {"webhooks", "export"}, {"webhooks", "export", "--format", "har"}, {"webhooks", "export", "--format", "curl"},
		{"webhooks", "wait", hostile, "--since", "1h", "--within", "0s"}, {"webhooks", "list", "--event", hostile}, {"trigger", "--data", payload, "--dry-run"}, nil,
	} {
		s.Check(args...)
		s.Check(append(slices.Clone(args), "-o", "json")...)
	}
	if out := s.run("webhooks", "list"); !strings.Contains(out, "418") {
		t.Errorf("the log shows %q, want the deliveries of this test", out)
	}
}

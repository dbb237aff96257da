package cli

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// Catching interrupts would take an eighth of a brief command's time.
func TestBriefCommandsDoNotCatchInterrupts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args []string
		want bool
	}{
		{[]string{"version"}, false}, {[]string{"--version"}, false}, {[]string{"--help"}, false}, {[]string{"help", "listen"}, false},
		{[]string{"completion", "bash"}, false}, {[]string{cobra.ShellCompRequestCmd, "trigger", ""}, false},
		{[]string{"trigger", "--list"}, true}, {[]string{"webhooks", "list"}, true}, {nil, true},
	} {
		taken := false
		w := cmdutil.Environment{
			Args: tc.args, Streams: cmdutil.Streams{Stdout: io.Discard, Stderr: io.Discard}, Home: t.TempDir(), GOOS: "linux", Now: time.Now, Location: time.UTC,
			LookupEnv: func(string) (string, bool) { return "", false },
			Signals:   func() <-chan os.Signal { taken = true; return nil },
		}
		if code := Main(t.Context(), w); code != output.ExitDone {
			t.Errorf("vidiking %q: got exit code %d, want 0", tc.args, code)
		}
		if taken != tc.want {
			t.Errorf("vidiking %q: took the interrupts: %v, want %v", tc.args, taken, tc.want)
		}
	}
}

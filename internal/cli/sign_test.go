package cli_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func TestSignAndVerifyDoNotReadFromATerminal(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"sign", "verify --header sha256=00"} {
		x := newTerminal(t, 80)
		x.types = "unread\n"
		if code := x.run(strings.Fields(args)...); code != 2 || !strings.Contains(x.screen.String(), "error: a file is needed") {
			t.Errorf("%s: got exit code %d, want 2 and an error:\n%s", args, code, x.screen.String())
		}
	}
}

// A caller that needs only the exit code may close stdout.
func TestVerifyKeepsItsExitCodeIfStdoutIsClosed(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	w := x.environment(nil, "verify", "--header", "sha256=00")
	w.Stdin = strings.NewReader("{}")
	reader, writer := io.Pipe()
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	w.Stdout = writer
	if code := cli.Main(context.Background(), w); code != 3 {
		t.Errorf("got exit code %d, want 3:\n%s", code, x.screen.String())
	}
}

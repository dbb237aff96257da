package cli_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli"
)

func TestCommittedCompletionsAreUpToDate(t *testing.T) {
	t.Parallel()
	for shell, name := range map[string]string{
		"bash": "vidiking.bash", "zsh": "_vidiking", "fish": "vidiking.fish", "powershell": "vidiking.ps1",
	} {
		x := newTerminal(t, 80)
		if code := cli.Main(context.Background(), x.environment(nil, "completion", shell)); code != 0 {
			t.Fatalf("completion %s: got exit code %d, want 0:\n%s", shell, code, x.screen.String())
		}
		path := filepath.Join("..", "..", "completions", name)
		if *update {
			if err := os.WriteFile(path, x.screen.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(committed) != x.screen.String() {
			t.Errorf("%s is not what `vidiking completion %s` prints; update it: go test ./internal/cli -update", path, shell)
		}
	}
}

package main

import (
	"os"
	"os/exec"
	"testing"
)

// The reader of the output is gone before the command prints anything, as in `vidiking help | true`.
func TestBriefCommandsEndQuietlyWithoutAReader(t *testing.T) {
	t.Parallel()
	w, vidiking := newTestHome(t), program(t)
	for _, args := range [][]string{{"help"}, {"listen", "--help"}, {"version"}, {"completion", "bash"}, {"config", "list"}, {"webhooks", "list"}, {}} {
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := read.Close(); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), vidiking, args...)
		cmd.Env, cmd.Dir, cmd.Stdout = w.environment(), w.home, write
		if err := cmd.Run(); err != nil {
			t.Errorf("vidiking %q: got %v, want exit code 0", args, err)
		}
		_ = write.Close()
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheVectorInTheDocumentationIsWhatOpenSSLAndWePrint runs the first transcript of docs/signatures.md in a shell, word for word.
func TestTheVectorInTheDocumentationIsWhatOpenSSLAndWePrint(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("There is no %s here.", program)
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "signatures.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```console\n")
	transcript, _, ok := strings.Cut(rest, "```")
	if !ok || strings.Count(transcript, "\n") < 8 {
		t.Fatalf("docs/signatures.md has no transcript, or another one:\n%s", transcript)
	}
	commands, want := "set -e\n", ""
	for line := range strings.Lines(transcript) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			commands += command
			continue
		}
		want += line
	}
	story := filepath.Join(t.TempDir(), "vector.txtar")
	archive := "exec sh commands\ncmp stdout want\n-- commands --\n" + commands + "-- want --\n" + want
	if err := os.WriteFile(story, []byte(archive), 0o600); err != nil {
		t.Fatal(err)
	}
	tellStory(t, story, nil, nil)
}

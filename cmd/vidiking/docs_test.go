package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedSignatureMatchesOpenSSL runs the first transcript of docs/signatures.md in a shell and compares the output exactly.
func TestDocumentedSignatureMatchesOpenSSL(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "openssl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("This machine has no %s.", program)
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "signatures.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```console\n")
	transcript, _, ok := strings.Cut(rest, "```")
	if !ok || strings.Count(transcript, "\n") < 8 {
		t.Fatalf("docs/signatures.md has no transcript, or a different one:\n%s", transcript)
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
	runStory(t, story, nil, nil)
}

// TestTroubleshootingQuotesTheProgram compares the page with the program: code in the first column of its tables must occur in an error
// that a story shows, or in the source.
func TestTroubleshootingQuotesTheProgram(t *testing.T) {
	t.Parallel()
	messages := programText(t)
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
			symptom := strings.TrimPrefix(m[1], "error: ")
			if strings.Count(symptom, " ") < 2 {
				continue // a command or a status
			}
			checked++
			for piece := range strings.SplitSeq(symptom, "…") {
				if piece = strings.TrimSpace(piece); !strings.Contains(messages, piece) {
					t.Errorf("docs/troubleshooting.md: the program never prints %q", piece)
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("checked only %d symptoms: the test looks in the wrong place", checked)
	}
}

// programText returns everything that the program may print: the errors that stories show, and the source.
func programText(t *testing.T) string {
	t.Helper()
	files := []string{"testdata/errors.golden"}
	err := filepath.WalkDir("../../internal", func(file string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// TestTheSymptomsOfTroubleshootingAreWhatTheProgramSays looks for what stands in code in the first column of the page's tables in the
// errors that there are, and in the program's own sentences.
func TestTheSymptomsOfTroubleshootingAreWhatTheProgramSays(t *testing.T) {
	t.Parallel()
	said := sentences(t)
	page, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
			symptom := strings.TrimPrefix(m[1], "error: ")
			if strings.Count(symptom, " ") < 2 {
				continue // a word, as a command or a status
			}
			looked++
			for piece := range strings.SplitSeq(symptom, "…") {
				if piece = strings.TrimSpace(piece); !strings.Contains(said, piece) {
					t.Errorf("docs/troubleshooting.md: nothing in the program says %q", piece)
				}
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d symptoms looked for: the test looks in the wrong place", looked)
	}
}

// sentences is what the program may say: the errors that stories showed, and its source.
func sentences(t *testing.T) string {
	t.Helper()
	files := []string{"testdata/errors.golden"}
	for _, dir := range []string{"cli", "display", "output", "tunnel", "signature", "config"} {
		found, err := filepath.Glob("../../internal/" + dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
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

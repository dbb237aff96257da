package config_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// shownError returns a FileError as the user sees it: the message, the line with the position, and the hint.
func shownError(e *config.FileError) string {
	under := ""
	if e.Line > 0 {
		under = strings.Repeat(" ", e.Column-1) + "^" + strings.Repeat("~", e.Width-1)
	}
	return strings.Join([]string{e.Error(), e.Text, under, e.Hint}, "\n")
}

func TestAnErrorInTheFileShowsItsPosition(t *testing.T) {
	t.Parallel()
	cases, err := txtar.ParseFile("testdata/file_errors.txtar")
	if err != nil || len(cases.Files) == 0 {
		t.Fatalf("read the cases: %d of them, %v", len(cases.Files)/2, err)
	}
	for pair := range slices.Chunk(cases.Files, 2) {
		name, isFile := strings.CutSuffix(pair[0].Name, "/config.toml")
		if !isFile || len(pair) < 2 || pair[1].Name != name+"/error" {
			t.Fatalf("%s is not followed by %s/error", pair[0].Name, name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantFileError(t, string(pair[0].Data), strings.TrimSuffix(string(pair[1].Data), "\n"))
		})
	}
}

func TestAnErrorInAFileWithAByteOrderMarkIsShown(t *testing.T) {
	t.Parallel()
	wantFileError(t, "\ufeffverify = \"x\"\r\n", `line 1, column 10: invalid value "x" for verify
verify = "x"
         ^~~
choose from strict, warn, off`)
	wantFileError(t, "\xff\xfev\x00", `line 1, column 1: the file is UTF-16, not UTF-8
`+"\xff\xfev\x00"+`
^
save it as UTF-8`)
}

// wantFileError loads a file with a text and checks the error that users see.
func wantFileError(t *testing.T, text, want string) {
	t.Helper()
	h := newHome(t).write(text)
	_, err := config.Load(h.world(), config.Flags{})
	var wrong *config.FileError
	if !errors.As(err, &wrong) {
		t.Fatalf("Load: got %v, want a FileError for:\n%s", err, text)
	}
	if diff := cmp.Diff("~/.config/vidiking/config.toml: "+want, shownError(wrong)); diff != "" {
		t.Errorf("error (-want +got):\n%s\nfor:\n%s", diff, text)
	}
	if wrong.Path != h.file() {
		t.Errorf("path: got %s, want %s", wrong.Path, h.file())
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"webhook_secret = whsec_hushHushHush\n",
		"webhook_secret = hushHushHush\n",
		"webhook_secret = \"hush Hush\"\n",
		"webhook_secret = \"hush = Hush \"\n",
		"webhook_secret = 'hush\n",
		"webhook_secret = \"\"\"\nhush\nHush\"\"\"\n",
		"webhook_secret = \"\"\"\nhush\n",
		"webhook_secret = [\"hush\", 1]\n",
		"webhook_secret = { a = \"hush\" }\n",
		"webhook_secret = \"hushHush\" hush\n",
		"webhook_secret = \"hush\x01Hush\"\n",
		"webhook_secret = \"hush\\qHush\"\n",
		"[profiles.a]\n\"webhook_secret\"= \"hush Hush\"\n",
		"profiles = { a = { webhook_secret = \"hushHush\", verify = \"x\" } }\n",
		"profiles = {\n  a = { webhook_secret = \"hushHush\" },\n  b = { verify = \"x\", webhook_secret = \"hush\" },\n}\n",
		"webhook-secret = \"hushHush\"\n",
		"api_key = hushHush\n",
		"api_key = [\"hush\"]\n",
		"apiKey = \"hushHush\"\n",
		"api-key = 'hush\n",
		"api_key = \"hush Hush\"\n",
		"webhookSecret = \"hushHush\"\n",
		"whsec_hushHush = 1\n",
		"[whsec_hush]\n",
		"forward = whsec_hushHush\n",
		"webhook_secret\t=\thushHush\n",
		"secret = [\nhushHush\n]\n",
		"WEBHOOK_SECRET = 'hushHush'\n",
		"forward = whsec_hush,whsec_hush whsec_hush\n",
	} {
		h := newHome(t).write(text)
		_, err := config.Load(h.world(), config.Flags{})
		var wrong *config.FileError
		if !errors.As(err, &wrong) {
			t.Errorf("Load of %q: got %v, want a FileError", text, err)
			continue
		}
		if shown := fmt.Sprintf("%s %+v", shownError(wrong), *wrong); strings.Contains(strings.ToLower(strings.ReplaceAll(shown, h.dir, "")), "hush") {
			t.Errorf("Load of %q shows the secret:\n%s", text, shown)
		}
	}
}

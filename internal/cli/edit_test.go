package cli_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDefaultEditorNeedsATerminal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("notepad opens its own window")
	}
	for name, want := range map[string]string{
		"vi": "error: --edit opens vi, which needs a terminal, but there is none\nhint:  use an editor that does not need one: export VISUAL='code --wait'\n",
		"":   "error: no editor found: VISUAL and EDITOR are not set, and vi is not installed\nhint:  set yours: export VISUAL='code --wait'\n",
	} {
		bin := t.TempDir()
		t.Setenv("PATH", bin)
		if name != "" {
			if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		x := newTerminal(t, 80)
		w := x.environment(nil, "trigger", "render.complete", "--edit")
		w.StdoutTerminal = false
		x.checkEnds(w, 2, want)
	}
}

func TestAnEditorThatCannotStartIsReported(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the file extension marks programs there")
	}
	broken := filepath.Join(t.TempDir(), "my editor")
	if err := os.WriteFile(broken, []byte("#!/nowhere/at/all\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	x := newTerminal(t, 80)
	x.env["EDITOR"] = broken
	x.checkEnds(x.environment(nil, "trigger", "render.complete", "--edit"), 2, "error: cannot start "+broken+": no such file or directory\n")
}

func TestABinaryBodyCannotBeEdited(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	x := newTerminal(t, 80)
	x.env["EDITOR"] = "vi"
	l := x.listen("--forward", h.addr(), "--verify", "off")
	x.post("\xff\xfe\x00")
	l.shows("dlv_")
	l.interrupt()
	x.checkEnds(x.environment(nil, "replay", "last", "--edit"), 1, "error: cannot edit the body: it is not text\n")
	x.checkEnds(x.environment(nil, "replay", "last", "--set", "data.x=1"), 2, "error: the payload of dlv_s34sw8 is not JSON: line 1, column 1: expected UTF-8, not UTF-16\n")
	if text := x.screen.String(); strings.Contains(text, "\xff") {
		t.Errorf("the screen shows raw bytes: %q", text)
	}
}

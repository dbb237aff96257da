package cli

import (
	"path/filepath"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

func TestShortenPathsShortensOnlyPathsInTheHomeDirectory(t *testing.T) {
	t.Parallel()
	w := cmdutil.Environment{Home: "/home/dev/"}
	for sentence, want := range map[string]string{
		"can't read /home/dev/a.json":             "can't read ~/a.json",
		"/home/dev/a is no file; nor /home/dev/b": "~/a is no file; nor ~/b",
		`"/home/dev/a b": (/home/dev/c)`:          `"~/a b": (~/c)`,
		"can't read /mnt/home/dev/a.json":         "can't read /mnt/home/dev/a.json",
		"can't read ../home/dev/a.json":           "can't read ../home/dev/a.json",
		"can't read /home/developer/a.json":       "can't read /home/developer/a.json",
	} {
		sentence, want, w := filepath.FromSlash(sentence), filepath.FromSlash(want), w
		w.Home = filepath.FromSlash(w.Home)
		if got := w.ShortenPaths(sentence); got != want {
			t.Errorf("%s: got %s, want %s", sentence, got, want)
		}
	}
	if got := (cmdutil.Environment{Home: "/"}).ShortenPaths("can't read /etc/x"); got != "can't read /etc/x" {
		t.Errorf("at home in /: got %s", got)
	}
}

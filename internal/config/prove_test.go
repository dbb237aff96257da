package config

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryCommentIsLookedFor(t *testing.T) {
	t.Parallel()
	const before = "# 1\nverify = \"off\" # 2\nevents = [ # 3\n# 4\n\"ai.*\", # 5\n# 6\n] # 7\nprofiles = { # 8\n# 9\nx = { # 10\n}, # 11\n} # 12\n# 13"
	d, flaw := parse([]byte(before))
	if flaw != nil {
		t.Fatalf("%+v", flaw)
	}
	want := []string{"# 1", "# 2", "# 3", "# 4", "# 5", "# 6", "# 7", "# 8", "# 9", "# 10", "# 11", "# 12", "# 13"}
	if diff := cmp.Diff(want, d.remarks()); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
}

func TestAnEditThatDoesMoreThanItShouldIsCaught(t *testing.T) {
	t.Parallel()
	const before = "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/a\"\n[profiles.y]\n"
	d, flaw := parse([]byte(before))
	if flaw != nil {
		t.Fatalf("%+v", flaw)
	}
	id := settingID{"x", "verify"}
	for name, after := range map[string]string{
		"nothing was set":         before,
		"another value":           "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/a\"\nverify = \"strict\"\n[profiles.y]\n",
		"another profile":         "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/a\"\n[profiles.y]\nverify = \"warn\"\n",
		"another setting changed": "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/b\"\nverify = \"warn\"\n[profiles.y]\n",
		"another setting gone":    "# mine\n[profiles.x]\npath = \"/a\"\nverify = \"warn\"\n[profiles.y]\n",
		"a profile gone":          "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/a\"\nverify = \"warn\"\n",
		"a profile more":          "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/a\"\nverify = \"warn\"\n[profiles.y]\n[profiles.z]\n",
		"a comment gone":          "verify = \"off\"\n[profiles.x]\npath = \"/a\"\nverify = \"warn\"\n[profiles.y]\n",
		"not TOML":                "# mine\nverify = \"off\n",
	} {
		if err := d.proveSet([]byte(after), id, "warn"); err == nil {
			t.Errorf("%s: proven for\n%s", name, after)
		}
	}
	const right = "# mine\nverify = \"off\"\n[profiles.x]\npath = \"/a\"\nverify = \"warn\"\n[profiles.y]\n"
	if err := d.proveSet([]byte(right), id, "warn"); err != nil {
		t.Errorf("a right change: %v", err)
	}
	if err := d.proveUnset([]byte(before), settingID{"x", "path"}); !errors.Is(err, errNotProven) {
		t.Errorf("an unset that did nothing: got %v, want errNotProven", err)
	}
	if err := d.proveUnset([]byte("# mine\nverify = \"off\"\n[profiles.x]\n[profiles.y]\n"), settingID{"x", "path"}); err != nil {
		t.Errorf("a right unset: %v", err)
	}
}

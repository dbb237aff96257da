package config

import (
	"errors"
	"testing"
)

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

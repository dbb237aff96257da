package config_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestSetChangesOnlyOneSetting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, profile, before string
		key, value            string
		after                 string
	}{
		{"an absent file", "", "", "verify", "warn", "verify = \"warn\"\n"},
		{"a profile in an absent file", "x", "", "verify", "warn", "[profiles.x]\nverify = \"warn\"\n"},
		{
			"a value with a comment", "", "# top\n\nverify   =   \"strict\" # why\n\npath='/a'\n", "verify", "off",
			"# top\n\nverify   =   \"off\" # why\n\npath='/a'\n",
		},
		{"a literal string keeps its quotes", "", "path = '/a'\n", "path", "/b", "path = '/b'\n"},
		{"a literal that needs other quotes", "", "path = '/a'\n", "path", "/b'c", "path = \"/b'c\"\n"},
		{"a backslash", "", "", "data_dir", `C:\x`, "data_dir = 'C:\\x'\n"},
		{"quotes of both kinds", "", "", "forward", `a"b'c\d`, "forward = \"a\\\"b'c\\\\d\"\n"},
		{"a number", "", "max_body = 1_000 # small\n", "max_body", "1MiB", "max_body = \"1MiB\" # small\n"},
		{"a quoted key", "", "\"verify\" = \"off\"\n", "verify", "warn", "\"verify\" = \"warn\"\n"},
		{"a list", "", "events = [ \"render.*\" ]\n", "events", "ai.*, wallet.*", "events = [\"ai.*\", \"wallet.*\"]\n"},
		{"after the last line of the top level", "", "verify = \"off\"\n\n# of x\n[profiles.x]\n", "path", "/a", "verify = \"off\"\npath = \"/a\"\n\n# of x\n[profiles.x]\n"},
		{
			"first line of the top level", "", "# about the file\n\n# of x\n[profiles.x]\nverify = \"off\"\n", "path", "/a",
			"# about the file\n\npath = \"/a\"\n\n# of x\n[profiles.x]\nverify = \"off\"\n",
		},
		{"before an indented table", "", "  # of x\n  [profiles.x]\n", "path", "/a", "path = \"/a\"\n\n  # of x\n  [profiles.x]\n"},
		{"after dotted keys", "", "profiles.x.verify = \"off\"\n", "path", "/a", "profiles.x.verify = \"off\"\npath = \"/a\"\n"},
		{"after comments only", "", "# mine", "path", "/a", "# mine\npath = \"/a\"\n"},
		{"no newline at the end", "", "verify = \"off\"", "path", "/a", "verify = \"off\"\npath = \"/a\"\n"},
		{"CRLF", "", "verify = \"off\"\r\n[profiles.x]\r\n", "path", "/a", "verify = \"off\"\r\npath = \"/a\"\r\n[profiles.x]\r\n"},
		{"CRLF and a new profile", "y", "verify = \"off\"\r\n", "path", "/a", "verify = \"off\"\r\n\r\n[profiles.y]\r\npath = \"/a\"\r\n"},
		{"a byte order mark", "", "\ufeffverify = \"off\"\n", "path", "/a", "\ufeffverify = \"off\"\npath = \"/a\"\n"},
		{"only a byte order mark", "", "\ufeff", "path", "/a", "\ufeffpath = \"/a\"\n"},
		{"a byte order mark and a profile", "", "\ufeff[profiles.x]\n", "path", "/a", "\ufeffpath = \"/a\"\n\n[profiles.x]\n"},
		{"in a profile", "x", "verify = \"off\"\n[profiles.x]\n  path = \"/a\" # p\n\n[profiles.y]\n", "verify", "warn", "verify = \"off\"\n[profiles.x]\n  path = \"/a\" # p\n  verify = \"warn\"\n\n[profiles.y]\n"},
		{"in an empty profile", "x", "[profiles.x] # empty\n# nothing\n", "verify", "warn", "[profiles.x] # empty\nverify = \"warn\"\n# nothing\n"},
		{"in an empty profile at the end", "x", "[profiles.x]", "verify", "warn", "[profiles.x]\nverify = \"warn\"\n"},
		{"a dotted key", "x", "profiles.x.verify = 'off' # c\n", "verify", "warn", "profiles.x.verify = 'warn' # c\n"},
		{"a new profile without a newline at the end", "y", "verify = \"off\"", "path", "/a", "verify = \"off\"\n\n[profiles.y]\npath = \"/a\"\n"},
		{"a new profile next to dotted keys", "y", "profiles.x.path = \"/a\"\n", "verify", "warn", "profiles.x.path = \"/a\"\n\n[profiles.y]\nverify = \"warn\"\n"},
		{"the active profile", "x", "verify = \"off\"\n\n[profiles.x]\n[profiles.y]\n", "profile", "y", "verify = \"off\"\nprofile = \"y\"\n\n[profiles.x]\n[profiles.y]\n"},
		{"the same value", "", "verify  = 'off'", "verify", "off", "verify  = 'off'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			if test.before != "" {
				h.write(test.before)
			}
			c := h.load(config.Flags{Profile: test.profile, NewProfile: true})
			if err := c.Set(test.key, test.value); err != nil {
				t.Fatalf("Set(%s, %s): %v", test.key, test.value, err)
			}
			if diff := cmp.Diff(test.after, h.text()); diff != "" {
				t.Errorf("file after Set(%s, %s) (-want +got):\n%s", test.key, test.value, diff)
			}
		})
	}
}

func TestUnsetRemovesOnlyOneSetting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, profile, before, key, after string }{
		{"a line with its comment", "", "# above\nverify = \"off\" # why\n\npath = \"/a\"\n", "verify", "# above\n\npath = \"/a\"\n"},
		{"the only line", "", "verify = \"off\"", "verify", ""},
		{"the last line without a newline", "", "path = \"/a\"\n  verify = \"off\"", "verify", "path = \"/a\"\n"},
		{"CRLF", "", "path = \"/a\"\r\nverify = \"off\"\r\n", "path", "verify = \"off\"\r\n"},
		{"a byte order mark", "", "\ufeffverify = \"off\"\npath = \"/a\"\n", "verify", "\ufeffpath = \"/a\"\n"},
		{"in a profile", "x", "verify = \"off\"\n[profiles.x]\nverify = \"warn\"\n", "verify", "verify = \"off\"\n[profiles.x]\n"},
		{"dotted", "x", "profiles.x.verify = \"warn\"\n", "verify", ""},
		{"absent", "", "# nothing\n", "verify", "# nothing\n"},
		{"not in the profile", "x", "verify = \"off\"\n[profiles.x]\n", "verify", "verify = \"off\"\n[profiles.x]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t).write(test.before)
			c := h.load(config.Flags{Profile: test.profile})
			found, err := c.Unset(test.key)
			if err != nil {
				t.Fatalf("Unset(%s): %v", test.key, err)
			}
			if diff := cmp.Diff(test.after, h.text()); diff != "" {
				t.Errorf("file after Unset(%s) (-want +got):\n%s", test.key, diff)
			}
			if want := test.before != test.after; found != want {
				t.Errorf("Unset(%s): got %v, want %v", test.key, found, want)
			}
		})
	}
}

func TestALineThatCannotBeEditedSafelyStaysUnchanged(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, profile, text, set, unset string }{
		{"a string of several lines", "", "verify = \"\"\"\noff\\\n  \"\"\" # x\n", `write verify = "warn"`, "remove verify"},
		{"a list of several lines", "", "events = [ # all of\n  \"render.*\", # one\n]\n", `write events = ["ai.*"]`, "remove events"},
		{"an inline table", "x", "profiles.x = { verify = \"off\" } # c\n", `write verify = "warn" in [profiles.x]`, "remove verify in [profiles.x]"},
		{"an inline table of profiles", "x", "profiles = {x={verify='off'}}\n", `write verify = "warn" in [profiles.x]`, "remove verify in [profiles.x]"},
		{"an inline table without the setting", "x", "profiles.x = {}\n", `write verify = "warn" in [profiles.x]`, ""},
		{"dotted keys without the setting", "x", "profiles.x.path = \"/a\"\n", `write verify = "warn" in [profiles.x]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t).write(test.text)
			key, value := "verify", "warn"
			if strings.Contains(test.text, "events") {
				key, value = "events", "ai.*"
			}
			err := h.load(config.Flags{Profile: test.profile}).Set(key, value)
			wantByHand(t, err, test.set)
			if test.unset != "" {
				_, err = h.load(config.Flags{Profile: test.profile}).Unset(key)
				wantByHand(t, err, test.unset)
			}
			if got := h.text(); got != test.text {
				t.Errorf("file: got %q, want it unchanged: %q", got, test.text)
			}
		})
	}
}

func wantByHand(t *testing.T, err error, hint string) {
	t.Helper()
	var byHand *config.Error
	if !errors.As(err, &byHand) || byHand.Hint != "edit it by hand: "+hint {
		t.Errorf("got %v, want the hint to edit it by hand: %s", err, hint)
	}
}

func TestSetAppliesImmediately(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := h.load(config.Flags{Profile: "staging", NewProfile: true})
	if err := c.Set("max-body", "1MiB"); err != nil {
		t.Fatal(err)
	}
	v, err := c.Get("max_body")
	if err != nil || v.Text != "1MiB" || v.Source != config.SourceProfile("staging") {
		t.Errorf("Get(max_body): got %s from %s, %v; want 1MiB from profile staging", v.Text, v.Source, err)
	}
	if diff := cmp.Diff([]string{"staging"}, c.Profiles()); diff != "" {
		t.Errorf("profiles (-want +got):\n%s", diff)
	}
	if found, err := c.Unset("max_body"); !found || err != nil {
		t.Errorf("Unset(max_body): got %v, %v; want true", found, err)
	}
	if source := c.Source("max_body"); source != config.SourceDefault {
		t.Errorf("after Unset: source is %s, want default", source)
	}
}

func TestUnsetMayRemoveTheActiveProfile(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("profiles.x.verify = \"warn\"\n")
	c := h.load(config.Flags{Profile: "x"})
	if found, err := c.Unset("verify"); !found || err != nil {
		t.Fatalf("Unset(verify): got %v, %v; want true", found, err)
	}
	if got := c.String("verify"); got != "strict" {
		t.Errorf("verify: got %s, want the default", got)
	}
}

func TestUnsetRefusesAChangeThatWouldBreakTheFile(t *testing.T) {
	t.Parallel()
	const text = "profile = \"x\"\nprofiles.x.verify = \"warn\"\n"
	h := newHome(t).write(text)
	found, err := h.load(config.Flags{}).Unset("verify")
	if want := `this is the last setting of the active profile "x"`; found || err == nil || err.Error() != want {
		t.Errorf("Unset(verify): got %v, %v; want %s", found, err, want)
	}
	if got := h.text(); got != text {
		t.Errorf("the file was changed to %q", got)
	}
}

func TestSetReadsTheFileAgainAndRefusesAnInvalidOne(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	c := h.load(config.Flags{})
	h.write("path = \"/of-another\"\n")
	if err := c.Set("verify", "warn"); err != nil {
		t.Fatal(err)
	}
	if got, want := h.text(), "path = \"/of-another\"\nverify = \"warn\"\n"; got != want {
		t.Errorf("file: got %q, want %q", got, want)
	}
	const broken = "verify = \n"
	h.write(broken)
	err := c.Set("verify", "off")
	var wrong *config.FileError
	if !errors.As(err, &wrong) || wrong.Line != 1 {
		t.Errorf("Set on a broken file: got %v, want a FileError in line 1", err)
	}
	if got := h.text(); got != broken {
		t.Errorf("a broken file was changed to %q", got)
	}
}

func TestSetCreatesAPrivateFile(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	if err := h.load(config.Flags{}).Set("verify", "warn"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{h.file(): 0o600, h.dir + "/.config/vidiking": 0o700} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v; want %v", path, info.Mode().Perm(), err, want)
		}
	}
	if err := os.Chmod(h.file(), 0o644); err != nil {
		t.Fatal(err)
	}
	c := h.load(config.Flags{})
	if err := c.Set("webhook_secret", "whsec_0123456789abcdef"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(h.file()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("after a secret was set: got %v, %v; want 0600", info.Mode().Perm(), err)
	}
	if w := c.Warnings(); len(w) != 0 {
		t.Errorf("warnings after Set: got %v, want none", w)
	}
}

func TestUnsetCreatesNothing(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	if found, err := h.load(config.Flags{}).Unset("verify"); found || err != nil {
		t.Errorf("Unset: got %v, %v; want false", found, err)
	}
	if _, err := os.Stat(h.dir + "/.config"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Unset created a directory: %v", err)
	}
	c := h.load(config.Flags{})
	if _, err := c.Unset("verfy"); err == nil {
		t.Error("Unset(verfy): got no error")
	}
	h.write("verify = \"warn\"\n") // by another process
	if found, err := c.Unset("verify"); !found || err != nil || h.text() != "" {
		t.Errorf("Unset in a file created after Load: got %v, %v and %q; want the setting removed", found, err, h.text())
	}
}

func TestSetChangesTheActiveProfile(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("profile = \"x\"\n\n[profiles.x]\n[profiles.y]\n")
	if err := h.load(config.Flags{}).Set("verify", "warn"); err != nil {
		t.Fatal(err)
	}
	if err := h.load(config.Flags{Profile: "default"}).Set("verify", "off"); err != nil {
		t.Fatal(err)
	}
	h.env["VIDIKING_PROFILE"] = "y"
	if err := h.load(config.Flags{}).Set("respond", "ack"); err != nil {
		t.Fatal(err)
	}
	want := "profile = \"x\"\nverify = \"off\"\n\n[profiles.x]\nverify = \"warn\"\n[profiles.y]\nrespond = \"ack\"\n"
	if diff := cmp.Diff(want, h.text()); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

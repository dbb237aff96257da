package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/config"
)

// project writes a project file to a directory below the home directory.
func (h *home) project(dir, text string) *home {
	h.t.Helper()
	path := filepath.Join(h.dir, dir, ".vidiking.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
	return h
}

func TestTheProjectFileRanksBetweenTheEnvironmentAndTheUsersFile(t *testing.T) {
	t.Parallel()
	h := newHome(t).write("timeout = \"1s\"\nevents = [\"ai.*\"]\npath = \"/mine\"\n[profiles.x]\ntimeout = \"2s\"\n")
	h.project(".", "timeout = \"9s\"\n") // ignored, because another project file is nearer
	h.project("work", "\ufeff# ours\nevents = [\"render.*\", \"wallet.*\"]\ntimeout = \"3s\" # slow\n\n[routes]\n\"render.*,ai.*\" = \"localhost:3000/renders\"\n'*' = \"4000\"\n")
	c := h.load(config.Flags{Profile: "x"})
	got := map[string]string{}
	for _, v := range c.List() {
		if v.Source != config.SourceDefault && v.Key.Name != config.Profile {
			got[v.Key.Name] = string(v.Source) + ": " + v.Text
		}
	}
	file := "project file ~/work/.vidiking.toml: "
	want := map[string]string{
		"events": file + "render.*,wallet.*", "timeout": file + "3s", "path": "file: /mine",
		"forward": file + "render.*,ai.*=localhost:3000/renders *=4000",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !c.IsFromProject(config.Forward) || c.IsFromProject(config.Path) {
		t.Errorf("in the project: forward %v, path %v, want true, false", c.IsFromProject(config.Forward), c.IsFromProject(config.Path))
	}
	if err := c.Override(config.Timeout, "4s"); err != nil || c.String(config.Timeout) != "4s" {
		t.Errorf("a flag: got %s, %v, want 4s", c.String(config.Timeout), err)
	}
}

func TestTheNearestProjectFileIsUsed(t *testing.T) {
	t.Parallel()
	h := newHome(t).project(".", "forward = \"4000\"")
	if err := os.MkdirAll(filepath.Join(h.dir, "work", ".vidiking.toml"), 0o755); err != nil { // a directory
		t.Fatal(err)
	}
	c := h.load(config.Flags{})
	if got, want := c.ProjectFile(), filepath.Join(h.dir, ".vidiking.toml"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAProjectFileMaySetOnlyItsOwnSettings(t *testing.T) {
	t.Parallel()
	const allowed = "a project file can set forward, routes, events, path and timeout"
	tests := []struct{ name, text, msg, hint string }{
		{"a secret", `webhook_secret = "whsec_0123456789"`, "line 1, column 1: a project file cannot set webhook_secret", allowed + "; to set it for yourself: vidiking config set webhook-secret"},
		{"the API", "path = \"/a\"\napi_url = \"https://evil.example\"", "line 2, column 1: a project file cannot set api_url", allowed + "; to set it for yourself: vidiking config set api-url"},
		{"a tunnel, as a table", "[tunnel.ngrok]\nroot_cas = \"x\"", "line 1, column 2: a project file cannot set ngrok_root_cas", allowed + "; to set it for yourself: vidiking config set ngrok-root-cas"},
		{"a flag of listen", `insecure = true`, `line 1, column 1: unknown setting "insecure"`, allowed},
		{"headers", "[headers]\nx = \"y\"", `line 1, column 2: unknown setting "headers.x"`, allowed},
		{"an active profile", `profile = "x"`, "line 1, column 1: a project file cannot set profile", allowed},
		{"profiles", "[profiles.x]", "line 1, column 2: a project file has no profiles", "add them to your own file: vidiking config path"},
		{"a table of profiles", "[profiles]", "line 1, column 2: a project file has no profiles", "add them to your own file: vidiking config path"},
		{"a typo", `forwards = "3000"`, `line 1, column 1: unknown setting "forwards"`, "did you mean forward? A" + allowed[1:]},
		{"an invalid value", `timeout = 10`, "line 1, column 11: timeout must be a string with a unit, not a number", `write timeout = "10s"`},
		{"a setting twice", "path = \"/a\"\npath = \"/b\"", "line 2, column 1: key path is already defined", "keep one of them"},
		{"forward and routes", "forward = \"3000\"\n[routes]\n\"*\" = \"4000\"", "line 1, column 1: forward and routes both set the targets", "keep one of them"},
		{"routes and forward", "routes = { \"*\" = \"4000\" }\nforward = \"3000\"", "line 2, column 1: forward and routes both set the targets", "keep one of them"},
		{"a setting in the routes table", "[routes]\npath = \"/a\"", "line 2, column 1: path is in the routes table", "move it to the top of the file"},
		{"events without quotes", "[routes]\nrender.complete = \"3000\"", "line 2, column 1: the events of a route must be in quotes", `write "render.complete" = …`},
		{"an invalid event name", "[routes]\n\"render/*\" = \"3000\"", "line 2, column 1: a route has an invalid event name", ""},
		{"no events", "[routes]\n\"\" = \"3000\"", "line 2, column 1: a route must name events", `for example "render.*" = "localhost:3000"; for all events: "*"`},
		{"a route twice", "[routes]\n\"render.*\" = \"1\"\n'render.*' = \"2\"", "line 3, column 1: key render.* is already defined", "keep one of them"},
		{"a target with a second route", "[routes]\n\"render.*\" = \"1 *=evil.example\"", `line 2, column 14: invalid target "1 *=evil.example" for a route`, `for example "localhost:3000", or a URL`},
		{"a target that is a number", "[routes]\n\"render.*\" = 3000", "line 2, column 14: a route's target must be a string in quotes", `for example "localhost:3000"`},
		{"the table twice", "[routes]\n[routes]", "line 2, column 2: table routes already exists", "keep one of them"},
		{"the table after dotted keys", "routes.\"*\" = \"1\"\n[routes]", "line 2, column 2: table routes already exists", "keep one of them"},
		{"dotted keys after an inline table", "routes = {}\nroutes.\"*\" = \"1\"", "line 2, column 1: ", ""},
		{"a list of tables", "[[routes]]", "line 1, column 3: routes is a table, not a value", `write [routes] and, below it, "render.*" = "localhost:3000"`},
		{"a value instead of the table", "routes = \"3000\"", "line 1, column 10: routes is a table, not a value", `write [routes] and, below it, "render.*" = "localhost:3000"`},
		{"a table instead of a value", "[path]", "line 1, column 2: path is a value, not a table", "write path = …"},
		{"invalid TOML", "forward = localhost:3000", "line 1, column 11: forward must be a string in quotes", `write forward = "localhost:3000"`},
		{"UTF-16", "\xff\xfef\x00", "the file is UTF-16, not UTF-8", "save it as UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t).project("work", test.text)
			_, err := config.Load(h.world(), config.Flags{})
			var f *config.FileError
			if !errors.As(err, &f) {
				t.Fatalf("got %v, want a FileError", err)
			}
			if !strings.HasPrefix(f.Error(), "~/work/.vidiking.toml: ") || !strings.Contains(f.Error(), test.msg) || test.hint != "" && f.Hint != test.hint {
				t.Errorf("got  %v\nhint %s\nwant %s\nhint %s", f, f.Hint, test.msg, test.hint)
			}
			if strings.Contains(f.Text+f.Msg+f.Hint, "0123456789") {
				t.Errorf("the error contains a secret: %+v", f)
			}
		})
	}
}

func TestALargeProjectFileIsRefused(t *testing.T) {
	t.Parallel()
	h := newHome(t).project("work", strings.Repeat("#", 300<<10))
	_, err := config.Load(h.world(), config.Flags{})
	var e *config.Error
	if !errors.As(err, &e) || !strings.Contains(e.Error(), "larger than 256 KiB") {
		t.Errorf("got %v, want an error about its size", err)
	}
}

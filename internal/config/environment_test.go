package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/config"
)

func TestPathsFollowTheConventionsOfEachSystem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, goos, home string
		env              map[string]string
		flags            config.Flags
		file, data       string
	}{
		{name: "linux", goos: "linux", home: "/home/u", file: "/home/u/.config/vidiking/config.toml", data: "/home/u/.local/state/vidiking"},
		{name: "macOS", goos: "darwin", home: "/Users/u", file: "/Users/u/.config/vidiking/config.toml", data: "/Users/u/.local/state/vidiking"},
		{
			name: "XDG", goos: "darwin", home: "/Users/u", env: map[string]string{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"},
			file: "/c/vidiking/config.toml", data: "/s/vidiking",
		},
		{
			name: "a relative XDG directory is ignored", goos: "linux", home: "/home/u", env: map[string]string{"XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "./s"},
			file: "/home/u/.config/vidiking/config.toml", data: "/home/u/.local/state/vidiking",
		},
		{
			name: "Windows", goos: "windows", home: `C:\Users\u`, env: map[string]string{"APPDATA": `C:\Users\u\AppData\Roaming`, "LOCALAPPDATA": `D:\Local`},
			file: `C:\Users\u\AppData\Roaming\vidiking\config.toml`, data: `D:\Local\vidiking`,
		},
		{
			name: "Windows without its variables", goos: "windows", home: `C:\Users\u`,
			file: `C:\Users\u\AppData\Roaming\vidiking\config.toml`, data: `C:\Users\u\AppData\Local\vidiking`,
		},
		{
			name: "environment", goos: "linux", home: "/home/u", env: map[string]string{"VIDIKING_CONFIG": "/e/c.toml", "VIDIKING_DATA_DIR": "d"},
			file: "/e/c.toml", data: "/work/d",
		},
		{
			name: "flags", goos: "linux", home: "/home/u", env: map[string]string{"VIDIKING_CONFIG": "/e/c.toml", "VIDIKING_DATA_DIR": "/e"},
			flags: config.Flags{Config: "../c.toml", DataDir: "~/d"}, file: "/c.toml", data: "/home/u/d",
		},
		{name: "flags without a home", goos: "linux", flags: config.Flags{Config: "c.toml", DataDir: "d"}, file: "/work/c.toml", data: "/work/d"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := config.Environment{LookupEnv: func(n string) (string, bool) { v, ok := test.env[n]; return v, ok }, Home: test.home, WorkDir: "/work", GOOS: test.goos}
			c, err := config.Load(w, test.flags)
			if err != nil {
				t.Fatal(err)
			}
			file, err := c.FilePath()
			if err != nil || file != test.file {
				t.Errorf("file: got %s, %v; want %s", file, err, test.file)
			}
			data, err := c.DataDir()
			if err != nil || data != test.data {
				t.Errorf("data directory: got %s, %v; want %s", data, err, test.data)
			}
		})
	}
}

func TestOnlyPathsInTheHomeDirectoryFailWithoutOne(t *testing.T) {
	t.Parallel()
	w := config.Environment{LookupEnv: func(string) (string, bool) { return "", false }, WorkDir: "/work", GOOS: "linux"}
	c, err := config.Load(w, config.Flags{})
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	if got := c.String(config.Verify); got != "strict" {
		t.Errorf("verify: got %q, want strict", got)
	}
	_, fileErr := c.FilePath()
	_, dataErr := c.DataDir()
	for _, tc := range []struct {
		name     string
		err      error
		variable string
	}{{"FilePath", fileErr, config.EnvConfig}, {"DataDir", dataErr, config.EnvDataDir}, {"Set", c.Set("verify", "warn"), config.EnvConfig}} {
		var noHome *config.NoHomeError
		if !errors.As(tc.err, &noHome) || !strings.Contains(noHome.Advice(), "set "+tc.variable) {
			t.Errorf("%s: got %v, want an error that says to set %s", tc.name, tc.err, tc.variable)
		}
	}
	if _, err := config.Load(w, config.Flags{Config: "~/x.toml"}); err == nil {
		t.Error("Load of ~/x.toml without a home directory: got no error")
	}
}

func TestShortPathShortensTheHomeDirectory(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ home, goos, path, want string }{
		{"/home/u", "linux", "/home/u/.config/x", "~/.config/x"},
		{"/home/u/", "linux", "/home/u/x", "~/x"},
		{"/home/u", "linux", "/home/u", "~"},
		{"/home/u", "linux", "/home/u2/x", "/home/u2/x"},
		{"", "linux", "/x", "/x"},
		{"/", "linux", "/x", "/x"},
		{`C:\Users\u`, "windows", `C:\Users\u\x`, `~\x`},
	} {
		if got := (config.Environment{Home: test.home, GOOS: test.goos}).ShortPath(test.path); got != test.want {
			t.Errorf("home %s, path %s: got %s, want %s", test.home, test.path, got, test.want)
		}
	}
}

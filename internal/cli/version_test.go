package cli

import (
	"encoding/json"
	"runtime/debug"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

func TestVersionShowsTheBuildOfARelease(t *testing.T) {
	t.Parallel()
	// The same fields that Go records in a release binary.
	info := &debug.BuildInfo{
		Main: debug.Module{Path: "github.com/vidiking/vidiking-cli", Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "-buildmode", Value: "exe"},
			{Key: "-compiler", Value: "gc"},
			{Key: "-trimpath", Value: "true"},
			{Key: "CGO_ENABLED", Value: "0"},
			{Key: "GOARCH", Value: "amd64"},
			{Key: "GOOS", Value: "linux"},
			{Key: "GOAMD64", Value: "v1"},
			{Key: "vcs", Value: "git"},
			{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
			{Key: "vcs.time", Value: "2026-03-02T13:02:31Z"},
			{Key: "vcs.modified", Value: "false"},
		},
	}
	b := cmdutil.Build{V: 1, Type: "version", Version: "devel", Go: "go1.26.8", Platform: "linux/amd64"}
	b.Fill(info)
	got, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"v":1,"type":"version","version":"1.2.3","commit":"0123456789abcdef0123456789abcdef01234567",` +
		`"date":"2026-03-02T13:02:31Z","go":"go1.26.8","platform":"linux/amd64","module":"github.com/vidiking/vidiking-cli",` +
		`"cgo":false,"trimpath":true,"settings":{"-buildmode":"exe","-compiler":"gc","GOAMD64":"v1"}}`
	if string(got) != want {
		t.Errorf("version as JSON:\ngot  %s\nwant %s", got, want)
	}
	const line = "vidiking 1.2.3 (commit 0123456789ab, 2026-03-02T13:02:31Z, go1.26.8, linux/amd64)"
	if b.String() != line {
		t.Errorf("version in words: got %q, want %q", b.String(), line)
	}
}

func TestVersionMarksAModifiedTree(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		Main:     debug.Module{Version: "(devel)"},
		Settings: []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "1"}, {Key: "vcs.modified", Value: "true"}},
	}
	b := cmdutil.Build{Version: "devel"}
	b.Fill(info)
	if b.Version != "devel" || !b.Modified || !b.CGO || b.Trimpath {
		t.Errorf("of %+v: got %+v, want devel, modified, with cgo, not trimmed", info.Settings, b)
	}
}

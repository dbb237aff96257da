package cmdutil

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Build is what the program knows of how it was built. All of it comes from the build info that Go puts into every binary.
type Build struct {
	V        int    `json:"v"`
	Type     string `json:"type"`
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Date     string `json:"date,omitempty"` // of the commit
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Module   string `json:"module,omitempty"`
	CGO      bool   `json:"cgo"`
	Trimpath bool   `json:"trimpath"`
	// Settings are the other flags and variables of the build, under Go's own names: what one needs to build the same again.
	Settings map[string]string `json:"settings,omitempty"`
}

// String is the version for people, on one line.
func (b Build) String() string {
	var of []string
	if b.Commit != "" {
		of = append(of, "commit "+b.Commit[:min(12, len(b.Commit))])
	}
	if b.Modified {
		of = append(of, "modified")
	}
	if b.Date != "" {
		of = append(of, b.Date)
	}
	of = append(of, b.Go, b.Platform)
	return "vidiking " + b.Version + " (" + strings.Join(of, ", ") + ")"
}

// ReadBuild returns the version that is built into the program.
func ReadBuild() Build {
	b := Build{V: 1, Type: "version", Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Fill(info)
	return b
}

// Fill takes the version from what the Go linker recorded.
func (b *Build) Fill(info *debug.BuildInfo) {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = strings.TrimPrefix(v, "v")
	}
	b.Module = info.Main.Path
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		case "CGO_ENABLED":
			b.CGO = s.Value == "1"
		case "-trimpath":
			b.Trimpath = s.Value == "true"
		case "vcs", "GOOS", "GOARCH": // said already
		default:
			if b.Settings == nil {
				b.Settings = map[string]string{}
			}
			b.Settings[s.Key] = s.Value
		}
	}
}

// UserAgent names the program to handlers.
func UserAgent() string { return "vidiking/" + ReadBuild().Version }

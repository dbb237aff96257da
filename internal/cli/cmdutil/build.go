package cmdutil

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Build describes how this program was built, according to the build info that Go embeds in every binary.
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
	// Settings are the other flags and variables of the build, under Go's names. They are needed to reproduce the build.
	Settings map[string]string `json:"settings,omitempty"`
}

// String returns the version on one line, as text output shows it.
func (b Build) String() string {
	var facts []string
	if b.Commit != "" {
		facts = append(facts, "commit "+b.Commit[:min(12, len(b.Commit))])
	}
	if b.Modified {
		facts = append(facts, "modified")
	}
	if b.Date != "" {
		facts = append(facts, b.Date)
	}
	facts = append(facts, b.Go, b.Platform)
	return "vidiking " + b.Version + " (" + strings.Join(facts, ", ") + ")"
}

// ReadBuild returns the build info of this program.
func ReadBuild() Build {
	b := Build{V: 1, Type: "version", Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Fill(info)
	return b
}

// Fill sets the fields from the info that the Go linker recorded.
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
		case "vcs", "GOOS", "GOARCH": // already covered by other fields
		default:
			if b.Settings == nil {
				b.Settings = map[string]string{}
			}
			b.Settings[s.Key] = s.Value
		}
	}
}

// UserAgent returns the User-Agent header that handlers receive.
func UserAgent() string { return "vidiking/" + ReadBuild().Version }

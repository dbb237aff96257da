package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// build is what the program knows of how it was built. All of it comes from the build info that Go puts into every binary.
type build struct {
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

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which version this is",
		Long:    "Says which version this is, and what it was built from.",
		Example: "  vidiking version\n  vidiking version -o json",
		Annotations: manual{
			exits:   `0 done`,
			seeAlso: "json",
		}.annotations(),
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return a.sayVersion() },
	}
}

func (a *app) sayVersion() error {
	b := readBuild()
	if a.flags.output == "json" {
		return closedPipe(json.NewEncoder(a.w.Stdout).Encode(b))
	}
	_, err := fmt.Fprintln(a.w.Stdout, b)
	return closedPipe(err)
}

// String is the version for people, on one line.
func (b build) String() string {
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

func readBuild() build {
	b := build{V: 1, Type: "version", Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.fill(info)
	return b
}

func (b *build) fill(info *debug.BuildInfo) {
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

// userAgent names the program to handlers.
func userAgent() string { return "vidiking/" + readBuild().Version }

package internal_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
)

type releaseConfig struct {
	Builds []struct {
		Goos, Goarch, Flags, Ldflags []string
	}
	HomebrewCasks []struct {
		Manpages []string
	} `yaml:"homebrew_casks"`
}

func readReleaseConfig(t *testing.T, root fs.FS) releaseConfig {
	t.Helper()
	var config releaseConfig
	if err := yaml.Unmarshal([]byte(readText(t, root, ".goreleaser.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	if len(config.Builds) != 1 || len(config.HomebrewCasks) != 1 {
		t.Fatalf(".goreleaser.yaml: %+v, want one build and one cask", config)
	}
	return config
}

func TestTheCaskInstallsEveryManPage(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	pages, err := fs.Glob(root, "docs/man/*.[17]")
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) == 0 {
		t.Skip("There are no pages in docs/man.")
	}
	var want []string
	for _, page := range pages {
		want = append(want, "man/"+path.Base(page))
	}
	if diff := cmp.Diff(want, readReleaseConfig(t, root).HomebrewCasks[0].Manpages); diff != "" {
		t.Errorf("manpages of the cask in .goreleaser.yaml (-want +got):\n%s", diff)
	}
}

// TestCIBuildsTheReleasedPlatforms compares .goreleaser.yaml with .ci/run, which measures a binary and builds one for each system.
func TestCIBuildsTheReleasedPlatforms(t *testing.T) {
	t.Parallel()
	root := os.DirFS("..")
	build := readReleaseConfig(t, root).Builds[0]
	script := readText(t, root, ".ci/run")
	var platforms []string
	for _, system := range build.Goos {
		for _, architecture := range build.Goarch {
			platforms = append(platforms, system+"/"+architecture)
		}
	}
	if want := "platforms=(" + strings.Join(platforms, " ") + ")"; !strings.Contains(script, want) {
		t.Errorf(".ci/run does not build for the platforms of .goreleaser.yaml: %s", want)
	}
	flags := regexp.MustCompile(`(?m)^release_flags=\((.*)\)$`).FindStringSubmatch(script)[1]
	want := []string{"-trimpath", `"-ldflags=` + strings.Join(build.Ldflags, " ") + `"`}
	if got := strings.SplitN(flags, " ", 2); !slices.Equal(got, want) || !slices.Contains(build.Flags, "-trimpath") {
		t.Errorf("flags of .ci/run: got %q, want %q", got, want)
	}
}

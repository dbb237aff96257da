package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
)

// The flags of other commands are not created, wherever the command's name is on the command line.
func TestANamedCommandHasAllOfItsFlags(t *testing.T) {
	t.Parallel()
	most := 0
	for _, p := range pages() {
		if p.topic {
			continue
		}
		path := strings.Fields(p.name)
		want := flagsOf(t, nil, path)
		most = max(most, len(want))
		for _, args := range [][]string{
			path, slices.Concat([]string{"-q"}, path, []string{"--help"}), slices.Concat([]string{"help"}, path),
			slices.Concat([]string{cobra.ShellCompRequestCmd}, path, []string{"--"}),
		} {
			if got := flagsOf(t, args, path); !slices.Equal(got, want) {
				t.Errorf("vidiking %s: got the flags %q, want %q", strings.Join(args, " "), got, want)
			}
		}
	}
	if most < 20 {
		t.Errorf("no command has more than %d flags: the test looks in the wrong place", most)
	}
	if got := flagsOf(t, []string{"version"}, []string{"listen"}); len(got) != 0 {
		t.Errorf("vidiking version: listen has the flags %q, want none, because the arguments cannot refer to them", got)
	}
}

// flagsOf returns the flags of a command if the program is called with the arguments.
func flagsOf(t *testing.T, args, path []string) []string {
	t.Helper()
	cmd, _, err := newRootCommand(cmdutil.NewApp(cmdutil.Environment{Args: args})).Find(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

func TestARepeatedFlagCollectsItsValues(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flag func(*[]string) *cmdutil.RepeatedFlag
		set  []string
		want []string
	}{
		"never":            {cmdutil.Repeated, nil, nil},
		"each as it is":    {cmdutil.Repeated, []string{"A: 1,2", ""}, []string{"A: 1,2", ""}},
		"lists":            {cmdutil.RepeatedList, []string{"render.*,ai.failed", "wallet.*"}, []string{"render.*", "ai.failed", "wallet.*"}},
		"lists and quotes": {cmdutil.RepeatedList, []string{`"a,b`}, []string{`"a`, "b"}},
	} {
		var got []string
		f := tc.flag(&got)
		for _, v := range tc.set {
			if err := f.Set(v); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

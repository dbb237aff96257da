package cmdutil

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// IsTarget reports whether an argument is clearly a handler's address: a port, a host with a port, or a URL.
func IsTarget(arg string) bool {
	if _, err := ParseRoutes(arg); err != nil || strings.HasPrefix(arg, "-") {
		return false
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "http://"), "https://"), "/")
	_, port, found := strings.Cut(host, ":")
	if !found {
		port = host
	}
	return strings.Contains(arg, "://") || strings.HasPrefix(arg, "localhost") || port != "" && strings.Trim(port, "0123456789") == ""
}

// NoArgs rejects arguments with an error in this program's style.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return Usage(fmt.Sprintf("%s takes no arguments, but got %q", CommandName(cmd), args[0]), unquotedTime(cmd, args, "see "+cmd.CommandPath()+" --help"))
}

// unquotedTime returns a hint to quote a time of several words, as in --since 1 day ago. It returns otherwise if the arguments don't
// complete such a time.
func unquotedTime(cmd *cobra.Command, args []string, otherwise string) string {
	for _, name := range []string{"since", "until", "older-than"} {
		if f := cmd.Flag(name); f != nil && f.Changed {
			whole := strings.Join(append([]string{f.Value.String()}, args...), " ")
			if _, err := filter.ParseWhen(whole, time.Unix(0, 0), time.UTC); err == nil {
				return "quote a time that has spaces: --" + name + " " + ShellWord(whole)
			}
		}
	}
	return otherwise
}

// CommandName returns a command's name without the program's name, as in "webhooks list".
func CommandName(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), "vidiking ")
}

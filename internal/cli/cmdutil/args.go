package cmdutil

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/vidiking/vidiking-cli/internal/filter"
)

// IsTarget reports whether an argument can be nothing but the address of a handler: a port, or a host with a port or as a URL.
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

// NoArgs refuses arguments, in our words.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return Usage(fmt.Sprintf("%s takes no argument, and got %q", CalledAs(cmd), args[0]), unquotedTime(cmd, args, "see "+cmd.CommandPath()+" --help"))
}

// unquotedTime is the hint for a time of several words that was not quoted, as in --since 1 day ago; for anything else it is otherwise.
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

// CalledAs is a command as it stands in a sentence of the program's own: without its name before it.
func CalledAs(cmd *cobra.Command) string { return strings.TrimPrefix(cmd.CommandPath(), "vidiking ") }

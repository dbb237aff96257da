package cli

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// typedAs returns the program called with these arguments.
func typedAs(line string) *cmdutil.App {
	return cmdutil.NewApp(cmdutil.Environment{
		Args: strings.Fields(line), LookupEnv: func(string) (string, bool) { return "", false }, Now: func() time.Time { return time.Time{} }, Location: time.UTC,
		Signals: func() <-chan os.Signal { return nil },
	})
}

// unquoted returns the words of a suggested command line as a shell passes them.
func unquoted(t *testing.T, line string) []string {
	t.Helper()
	words, ok := strings.CutPrefix(line+" ", "vidiking ")
	if !ok {
		t.Errorf("%q is no command of this program", line)
	}
	return strings.Fields(strings.ReplaceAll(words, "'", ""))
}

func TestEverySuggestedCommandExists(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, h := range habits() {
		command, _, ok := fillIn(h.command, []string{"dlv_a1b2"})
		if h.command != "" && (!ok || parse(typedAs(""), unquoted(t, command)) != nil) {
			t.Errorf("%s: %q can't be run", h.typed, command)
		}
		for name := range strings.FieldsSeq(h.typed) {
			if seen[name] && !strings.Contains(name, "delete") && !strings.Contains("rm remove", name) {
				t.Errorf("%q is in two rows", name)
			}
			seen[name] = true
			words := strings.Split(name, "-")
			cmd, rest, err := newRootCommand(typedAs("")).Find(words)
			if err == nil && len(rest) == 0 && cmd.HasParent() {
				t.Errorf("%q is a command: take it out of the table", name)
			}
		}
	}
}

func TestEverySuggestedFlagExists(t *testing.T) {
	t.Parallel()
	commands := []string{"vidiking listen", "vidiking trigger render.complete", "vidiking replay last", "vidiking webhooks list", "vidiking webhooks prune", "vidiking webhooks export", "vidiking"}
	for _, h := range flagHabits() {
		among := slices.Clone(commands)
		if h.command != "" {
			among = []string{h.command}
		}
		for name := range strings.FieldsSeq(h.typed) {
			flag := asFlag(name)
			if !slices.ContainsFunc(among, func(command string) bool {
				for _, value := range []string{"", " 3000", " json", " name"} {
					a := typedAs(strings.TrimPrefix(strings.TrimPrefix(command, "vidiking"), " ") + " " + flag + value)
					cmd, rest, err := newRootCommand(a).Find(a.Env.Args)
					if err != nil || cmd.ParseFlags(rest) == nil {
						continue
					}
					if _, ok := (suggester{a, func(args []string) error { return parse(a, args) }}).meantFlag(cmd, name); ok {
						return true
					}
				}
				return false
			}) {
				t.Errorf("%s: nothing is suggested after any of %q", flag, among)
			}
		}
	}
}

func TestCommandsOfOtherToolsSuggestOurs(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		// Ordinary words.
		"ls":                "list deliveries: vidiking webhooks list",
		"LS":                "list deliveries: vidiking webhooks list",
		"logs":              "list deliveries: vidiking webhooks list",
		"webhooks ls":       "list deliveries: vidiking webhooks list",
		"logs tail":         "follow the deliveries: vidiking webhooks list --follow",
		"resend":            "replay a delivery: vidiking replay last",
		"retry dlv_a61t":    "replay a delivery: vidiking replay dlv_a61t",
		"status":            "see what is running and how many deliveries failed: vidiking",
		"get":               "show a delivery: vidiking webhooks show last",
		"get dlv_a61t":      "show a delivery: vidiking webhooks show dlv_a61t",
		"delete dlv_a61t":   "delete this delivery: vidiking webhooks prune --filter id:dlv_a61t",
		"delete":            "see which old deliveries would be deleted: vidiking webhooks prune --older-than 7d --dry-run",
		"init":              "set your handler: vidiking config set forward localhost:3000",
		"login":             "set the API key: vidiking config set api-key",
		"config ls":         "list the settings: vidiking config list",
		"help logs":         "list deliveries: vidiking webhooks list",
		"update":            "update vidiking in the same way that you installed it; this is: vidiking version",
		"stop":              "to stop listen, press Ctrl-C in its terminal",
		"search job_9bn2ze": "search the deliveries: vidiking webhooks list --search job_9bn2ze",

		// Stripe, Hookdeck, Svix, ngrok, smee.
		"events resend dlv_a61t":                         "replay a delivery: vidiking replay dlv_a61t",
		"forward":                                        "receive webhooks and forward them: vidiking listen --forward localhost:3000",
		"forward --port 3000 --path /hooks":              "receive webhooks and forward them: vidiking listen --forward 3000",
		"http 3000":                                      "receive webhooks and forward them: vidiking listen --forward 3000",
		"tunnel --url http://localhost:8080":             "receive webhooks and forward them: vidiking listen --forward http://localhost:8080",
		"client https://smee.io/x http://localhost:8080": "receive webhooks and forward them: vidiking listen --forward http://localhost:8080",
		"listen 3000":                                    "vidiking listen --forward 3000",
		"listen 3000 --events render.*":                  "vidiking listen --forward 3000 --events 'render.*'",
		"listen my-source":                               "name your handler with --forward: vidiking listen --forward localhost:3000",
		"listen --port 3000":                             "use --forward: vidiking listen --forward 3000",
		"listen -p3000 --hold":                           "use --forward: vidiking listen --forward 3000 --hold",
		"listen --forward-to=localhost:3000/webhooks":    "use --forward: vidiking listen --forward localhost:3000/webhooks",
		"--port 3000":                                    "use --forward: vidiking listen --forward 3000",
		"webhooks list --json -n 5":                      "use -o json: vidiking webhooks list -o json --limit 5",
		"webhooks list -n 5":                             "use --limit: vidiking webhooks list --limit 5",
		"trigger render.complete --url localhost:3000":   "use --to: vidiking trigger render.complete --to localhost:3000",
		"trigger render.complete localhost:3000":         "give a handler with --to: vidiking trigger render.complete --to localhost:3000",
		"--data-dir d listen --port 3000":                "use --forward: vidiking --data-dir d listen --forward 3000",
		"--data-dir d ls":                                "list deliveries: vidiking --data-dir d webhooks list",

		// Commands of another group, and arguments without a command.
		"export --failed":            "did you mean: vidiking webhooks export --failed",
		"set forward localhost:3000": "did you mean: vidiking config set forward localhost:3000",
		"diff":                       "did you mean: vidiking webhooks diff --help",
		"webhooks trigger render":    "did you mean: vidiking trigger render",
		"3000":                       "receive webhooks and forward them: vidiking listen --forward 3000",
		"dlv_a61t":                   "show a delivery: vidiking webhooks show dlv_a61t",
		"render.complete":            "send a sample event: vidiking trigger render.complete",

		// Possible secrets are not printed.
		"listen --secret whsec_0123456789abcdef":         "secrets are never arguments: vidiking config set webhook-secret",
		"set api-key vk_live_0123456789":                 "did you mean: vidiking config set --help",
		"listen --port 3000 -H Authorization:0123456789": "use --forward",
	} {
		a := typedAs(typed)
		var screen strings.Builder
		a.Env.Stdout, a.Env.Stderr, a.Env.Stdin = &screen, &screen, strings.NewReader("")
		if code := Main(t.Context(), a.Env); code != output.ExitUsage {
			t.Errorf("%s: got exit code %d, want %d", typed, code, output.ExitUsage)
		}
		_, hint, _ := strings.Cut(screen.String(), "\nhint:  ")
		if hint, _, _ = strings.Cut(hint, "\n"); hint != want {
			t.Errorf("%s:\n got the hint %s\nwant          %s", typed, hint, want)
		}
		if strings.Contains(screen.String(), "0123456789") {
			t.Errorf("%s: a possible secret is printed:\n%s", typed, screen.String())
		}
	}
}

package main

// messagePatterns has a pattern for each error whose text is known only at run time. The message must match it.
var messagePatterns = map[string]string{
	"cli/emulator.go: .*":              `fault`,
	"cli/render.go: .* .*: .*":         `--set .*: a name is missing`,
	"cli/run.go: .*":                   `another emulator`,
	"cli/main.go: .*":                  `unknown`, // main only shortens paths in the messages of other sites
	"cli/api.go: .*":                   `Vidiking answered|Vidiking (rejected|refused)|can't be reached|leads elsewhere|is plain http`,
	"cli/import.go: .*":                `dlv_.*log`,
	"cli/selection.go: .*":             `unknown status|is not a time`,
	"listen/provider.go: .*":           `ngrok\.yml`,
	"cli/edit.go: .*":                  `editor not found: .* \(from (VISUAL|EDITOR)\)|no editor found`,
	"jsontext/edit.go: has no .*":      ` has no `,
	"cli/explain.go: .*":               `the target |unknown|there is no |line 1, column`, // the messages of config and dispatch are searched by their own patterns
	"send/edits.go: .* .*: .*":         `--(set|unset) `,
	"cli/account.go: cannot .* .*: .*": `config\.webhook\.json`,
	"cli/set_webhook.go: .* .*":        `--url `,
}

// edge is the reason why no story covers the errors of tunnels: they need the remote end of a tunnel, which tunnel_test.go and the tests of
// internal/tunnel provide.
const edge = "it takes the other end of a tunnel"

// screen is the reason why no story covers the errors of the screen: it shows them in its result line and continues.
const screen = "the screen says it, and goes on"

// uncovered lists the errors that no story can cause, with the reason.
var uncovered = map[string]string{
	"cli/events.go: --types prints source code, so -o json would have no effect": "with -o json, the error is an object, and the golden has only text",
	"cli/advance.go: the emulator did not move its clock: .*":                    "it takes an emulator whose log fails while it moves its clock",
	"cli/advance.go: the emulator stopped before it had moved its clock":         "it takes an emulator that ends while it moves its clock",
	"listen/json_file.go: .*":                                                                       "it takes a disk that fills up, or a file that is taken away, while listen writes to it",
	"listen/ingress.go: can't listen at .*: .*":                                                     "what keeps a port from being opened, but for another process, differs with the rights that tests have",
	"listen/session.go: can't write the session file: the disk is full":                             "it takes a disk that fills up right after the log was opened",
	"listen/tunnel_errors.go: .*":                                                                   edge,
	"listen/tunnel_errors.go: .*: .*":                                                               edge,
	"listen/tunnel_errors.go: .* accepts your login, but opens no tunnel: .*":                       edge,
	"listen/tunnel_errors.go: can't reach .*: .*":                                                   edge,
	"listen/tunnel_errors.go: .* does not provide .*: .*":                                           edge,
	"listen/tunnel_errors.go: the key of .* has changed, so nothing was sent there":                 edge,
	"listen/handler.go: can't run .*: .* is already in use":                                         "it takes a system that does not report which process has a port",
	"listen/provider.go: can't read the system's certificates: .*":                                  "systems do not say so",
	"listen/session.go: the ingress ended: .*":                                                      "a listening socket does not end by itself",
	"listen/registrar.go: the account's webhook was not restored: Vidiking did not respond in time": "it takes as long as the program waits for an answer",
	"cli/screen_actions.go: cannot save (.*(\\.bin|\\.json)|.*-.*): .*":                             screen,
	"cli/screen_actions.go: there are already .* files of this body":                                screen,
	"cli/watch.go: .*": "only a bug ends a screen like that; a test of internal/tui has one",
	"cli/send.go: .*":  "the directory of the sessions can't be read: whoever runs the tests may read all",
	"cli/explain.go: .*: a line can have 256 MiB at most":             "a delivery of 256 MiB takes longer than a story may",
	"cli/prune.go: cannot delete deliveries: the disk is full":        "it takes a disk that filled up while the log's reserve was in use",
	"cli/import.go: another import into this log is in progress":      "two imports meet for a moment only",
	"cli/restore_webhook.go: .*, so it cannot be restored":            "it takes a listen that died before it knew what it replaced",
	"send/load.go: .* of .* requests were not recorded":               "it takes a disk that fills up during a load run",
	"send/session.go: listen at .* \\(process .*\\) does not respond": "it takes as long as the program waits for a sign of life",
	"cli/unknown.go: .*":                      "the parser of flags has no other errors; the words are its own where it gets one",
	"cli/routes.go: --forward needs a target": "a --forward that is empty is refused before",
	"cli/set_webhook.go: the webhook is set, but cannot save its secret: .*": "what is kept beside the configuration is written just before, and fails first",
	"cli/account.go: .*": "another process writes what is remembered, for as long as this one waits",
	"jsontext/edit.go: the path is more than 10,000 levels deep":                                                           "the path is longer than a command line on some systems",
	"config/generated_secret.go: cannot save the new secret in .*: another process created one there and removed it again": "two processes have to meet within milliseconds",
	"config/value.go: .* cannot be set on the command line":                                                                "no command has such a flag",
}

package sendcmd

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// expectation is what the flags of `trigger` say about the answer that is to come.
type expectation struct {
	status []string // codes, and classes of them as in 4xx; any of them will do
	body   string   // what the answer must have in it
	given  bool
}

func (e *expectation) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Var(cmdutil.RepeatedList(&e.status), "expect-status", "the handler must answer this `CODE`, as in 401 or 4xx (repeatable: one of them)")
	f.StringVar(&e.body, "expect-body", "", "the handler's answer must have this `TEXT` in it")
	_ = cmd.RegisterFlagCompletionFunc("expect-status", cobra.FixedCompletions([]string{"200", "2xx", "400", "401", "4xx"}, cobra.ShellCompDirectiveNoFileComp))
}

// success is the class of codes that is expected where none is named.
const success = "2xx"

func (e *expectation) Read(flags *pflag.FlagSet) error {
	e.given = flags.Changed("expect-status") || flags.Changed("expect-body")
	if flags.Changed("expect-body") && e.body == "" {
		return cmdutil.Usage("--expect-body is empty, which is in every answer", "as in --expect-body 'invalid signature'")
	}
	for i, s := range e.status {
		s = strings.ToLower(strings.TrimSpace(s))
		if !webhook.IsStatusCode(s) {
			return cmdutil.Usage("--expect-status "+s+" is no status code", "as in 401, or 4xx for any of its kind")
		}
		e.status[i] = s
	}
	if len(e.status) == 0 {
		e.status = []string{success}
	}
	return nil
}

// statuses are the expected codes as a delivery records them; nothing if none are expected.
func (e *expectation) statuses() string {
	if !e.given {
		return ""
	}
	return strings.Join(e.status, " ")
}

// String is the expectation in words.
func (e *expectation) String() string {
	text := strings.Join(e.status, " or ")
	if e.body != "" {
		text += " with " + quoted(e.body)
	}
	return text
}

// met says what came in words, and whether that was expected.
func (e *expectation) met(status webhook.Status, a webhook.Attempt) (came string, ok bool) {
	switch status {
	case webhook.StatusDelivered, webhook.StatusRefused:
	case webhook.StatusRejected:
		return "no answer: listen rejected it", false
	case webhook.StatusSkipped:
		return "no answer: listen skipped it", false
	default:
		return "no answer: " + display.StatusText(webhook.Summary{Status: status}), false
	}
	came = strconv.Itoa(a.Code)
	ok = webhook.MeetsStatus(strings.Join(e.status, " "), a.Code)
	if e.body == "" {
		return came, ok
	}
	if bytes.Contains(a.Response, []byte(e.body)) {
		return came + " with " + quoted(e.body), ok
	}
	came += " without " + quoted(e.body)
	if a.ResponseTruncated {
		came += fmt.Sprintf(" in its first %s", display.Bytes(int64(len(a.Response))))
	}
	return came, false
}

// quoted is a text of the user's within a sentence, in the quotes that it has none of itself, where there are such.
func quoted(s string) string {
	quote := `"`
	if strings.Contains(s, quote) && !strings.Contains(s, "'") {
		quote = "'"
	}
	return quote + display.Clean(s) + quote
}

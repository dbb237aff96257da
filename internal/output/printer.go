package output

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Format is an output format.
type Format string

// The formats.
const (
	FormatText Format = "text"
	FormatJSON Format = "json"
)

// Options configures a Printer.
type Options struct {
	Stdout, Stderr io.Writer
	Format         Format
	Terminal       bool // stdout is a terminal
	Table          bool // if stdout is not a terminal, rows are tab-separated columns for programs, not lines of a log
	Color          bool // color on stdout
	ErrColor       bool // color on stderr
	Style          display.Style
	Now            time.Time  // a date line precedes rows of another day
	Width          func() int // returns the terminal's width, which can change between rows; nil: use Style
	Home           string     // printed as ~
	Self           string     // the program's name with the global flags that were given; empty: vidiking
	Quiet          bool       // print only undelivered deliveries and errors
	Verbose        bool       // print headers and the formatted payload under each row
	GitHub         *GitHub    // nil: don't report to GitHub Actions
}

// Detail selects what is printed under a delivery's row.
type Detail struct {
	ShowResponse bool              // print the handler's response even if it is 2xx
	Attempts     []webhook.Attempt // the attempts that were made together, one per target; may be empty if there is only one
}

// Printer prints results in one format. It must be used by one goroutine at a time. After the first error on stdout it
// prints nothing more there, so a closed pipe ends the view.
type Printer interface {
	// Ready prints the ready block: listen can receive deliveries.
	Ready(Ready)
	// Head prints the column heads of the rows.
	Head()
	// Recorded reports that a delivery is in the log. As text, a delivery gets its row with its response, so this
	// prints a row only for a delivery that is not forwarded.
	Recorded(webhook.Summary)
	// Waiting reports that a delivery has had no response for the given time.
	Waiting(webhook.Summary, time.Duration)
	// Attempted reports the result of a delivery. The attempt is the one that decides its status.
	Attempted(webhook.Summary, webhook.Attempt, Detail)
	// Row prints a row of a list, without responses.
	Row(webhook.Summary)
	// Contents prints headers and payload under a delivery's row, for --verbose.
	Contents(webhook.Delivery)
	// Show prints a single delivery in full.
	Show(DeliveryDetails)
	// HandlerOutput prints a line that the handler of `listen --run` printed.
	HandlerOutput(line string)
	// Hint prints a hint under a delivery's row.
	Hint(webhook.ID, display.Hint)
	// Notice prints a notice between the rows.
	Notice(Notice)
	// Warning prints a problem with the settings and what to do about it. Programs can rely on code.
	Warning(code, what string, hint []string)
	// Expected reports whether a response was as expected.
	Expected(Expectation)
	// WaitResult reports the result of a wait. As text, rows and the closing line show it already.
	WaitResult(WaitResult)
	// Stopped prints the summary of a session.
	Stopped(Stopped)
	// Sent prints the summary of several sent deliveries.
	Sent(Sent)
	// SentVia prints the route of a delivery.
	SentVia(text string)
	// DemoStep prints a part of `demo`.
	DemoStep(DemoStep)
	// ClosingLine prints a closing line; JSON has none.
	ClosingLine(sentence string)
	// Batch buffers what f prints on stdout and writes it at once, or before the next line on stderr.
	Batch(f func())
	// Err returns the first error on stdout.
	Err() error
}

// Ready is the ready block of `listen`.
type Ready struct {
	URL        string // where to send events
	URLNote    string // follows URL
	Local      string // the loopback URL, if URL is a public one
	Forward    []Route
	Run        string // the command that starts the handler; empty: none
	Verify     string // the mode
	VerifyNote string // which secret is used, or why none is
	Tunnel     string
	TunnelNote string
	DataDir    string
	API        string // the URL of the emulator; empty: none
	Events     []string
	Register   string       // which events of the account are registered while listen runs, in words; empty: none
	Restores   string       // the URL that is restored at the end; empty: unknown
	Next       []Suggestion // suggested next commands
}

// Route is a target and the events that are forwarded to it.
type Route struct {
	Events []string // patterns; empty: every event
	Target string
	Note   string // follows Target, for example that nothing is listening there
}

// Suggestion is a sentence and a command to run.
type Suggestion struct {
	Text, Command string
}

// Notice is a message between the rows: what happened and what to do. Programs rely on Code, which never changes its
// meaning.
type Notice struct {
	Code    string
	At      time.Time    // zero: print no time
	Good    bool         // something works again
	Tunnel  *TunnelState // set if the notice is about the tunnel
	Message string
	Details []string // further sentences; the last may end with a command
	Hint    string   // only the command, for programs
}

// Stopped is the summary of a session.
type Stopped struct {
	Counts relay.Counts
	Failed int    // failed deliveries that are not resolved
	Since  string // the --since argument that lists only this session's failures; empty if the log has no others
	Held   int    // deliveries held for the next session
}

// Sent is the summary of several sent deliveries.
type Sent struct {
	Sent, Delivered int
	Expected        *int // how many met their expectation; nil if none was given
}

// DeliveryDetails is what `webhooks show` prints.
type DeliveryDetails struct {
	Delivery   webhook.Delivery
	ReplayTree webhook.ReplayTree
	Findings   []webhook.Finding // why its signature is not valid; empty if it is valid
	Tried      []string          // the forms that were tried, if no finding is certain
	Hint       *display.Hint     // why the handler did not accept it; nil if it did, or if the response is enough
}

// DemoStep is a part of `demo`: the introduction, the heading of a step, or the end.
type DemoStep struct {
	Number          int // 0: not a step
	Text            string
	Final           bool
	Passed          bool     // at the end: all steps passed
	CommandsHeading string   // at the end: introduces Commands
	Commands        []string // at the end: commands to try next
}

// withSelf returns the findings with Command applied to fixes that are commands.
func (o Options) withSelf(all []webhook.Finding) []webhook.Finding {
	out := slices.Clone(all)
	for i := range out {
		if strings.HasPrefix(out[i].Fix, "vidiking ") {
			out[i].Fix = o.Command(out[i].Fix)
		}
	}
	return out
}

// Command rewrites a suggested command to include the global flags that this run was started with, such as --data-dir
// or --profile.
func (o Options) Command(text string) string {
	if o.Self == "" {
		return text
	}
	return invocation().ReplaceAllString(text, "${1}"+strings.ReplaceAll(o.Self, "$", "$$")+" ")
}

// invocation matches the name of the program where a command begins, not at the end of a path such as /webhooks/vidiking.
var invocation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("(^|[\\s`'\"(])vidiking ") })

// New returns a Printer for the format in o.
func New(o Options) Printer {
	var p Printer
	if p = newText(o); o.Format == FormatJSON {
		p = newJSON(o)
	}
	if o.GitHub != nil {
		p = newGitHub(p, o.GitHub)
	}
	return p
}

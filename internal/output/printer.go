package output

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Format is a form of output.
type Format string

// The formats.
const (
	FormatText Format = "text"
	FormatJSON Format = "json"
)

// Options is what a Printer is made of.
type Options struct {
	Stdout, Stderr io.Writer
	Format         Format
	Terminal       bool // stdout is a terminal
	Color          bool // on stdout
	ErrColor       bool // on stderr
	Style          display.Style
	Now            time.Time  // rows of another day get a line with their date
	Width          func() int // of the terminal, asked for each row, since a window changes its size; nil: Style's
	Home           string     // shown as ~
	Self           string     // how the program is called with the global flags that were given; empty: vidiking
	Quiet          bool       // only what was not delivered, and errors
	Verbose        bool       // headers and the pretty payload under each row
}

// Detail says how much stands under a delivery's row.
type Detail struct {
	ShowResponse bool              // the handler's, also where it accepted
	Attempts     []webhook.Attempt // the attempts that were made at once, one at each target; may be left out where there is one
}

// Printer says things in one format. A Printer is used by one goroutine at a time. It remembers the first error of stdout and says
// nothing more there after it: a closed pipe ends the view.
type Printer interface {
	// Ready says that the way in works.
	Ready(Ready)
	// Head says what the columns of the rows are.
	Head()
	// Recorded says that a delivery is in the log. In text a delivery has its row when its answer is there, so it says nothing
	// unless there will be none.
	Recorded(webhook.Summary)
	// Waiting says that a delivery has no answer after half a second, or however long it is.
	Waiting(webhook.Summary, time.Duration)
	// Attempted says what came of a delivery: the attempt is the one that decides its status.
	Attempted(webhook.Summary, webhook.Attempt, Detail)
	// Row says how a delivery stands, without its answers: a row of a list.
	Row(webhook.Summary)
	// Contents says all there is of a delivery under its row, for --verbose.
	Contents(webhook.Delivery)
	// Show says all there is of a delivery, for one who asked for it alone.
	Show(DeliveryDetails)
	// Hint says what may be the matter with a delivery, under its row.
	Hint(webhook.ID, display.Hint)
	// Notice says what is no delivery and that a person should know, between the rows.
	Notice(Notice)
	// Warning says what is odd about the settings, and what to do about it. Code is for machines.
	Warning(code, what string, hint []string)
	// Expected says whether a delivery was answered as was expected.
	Expected(Expectation)
	// WaitResult says what came of a wait; in text the rows and the closing line do.
	WaitResult(WaitResult)
	// Stopped says what a session did.
	Stopped(Stopped)
	// Sent says what came of several sendings.
	Sent(Sent)
	// SentVia says which way a sending took.
	SentVia(text string)
	// DemoStep tells a piece of `demo`.
	DemoStep(DemoStep)
	// ClosingLine says a closing line; machines have no use for it.
	ClosingLine(sentence string)
	// Batch collects what f says on stdout and writes it at once, or before the next line on stderr.
	Batch(f func())
	// Err returns the first error of stdout.
	Err() error
}

// Ready is what `listen` says when the way in works.
type Ready struct {
	URL        string // where to send events
	URLNote    string // said behind URL
	Local      string // where this machine may send them too, where URL is the internet's
	Forward    []Route
	Verify     string // the mode
	VerifyNote string // with which secret, or why not
	Tunnel     string
	TunnelNote string
	DataDir    string
	Events     []string
	Register   string       // which events come from the account while it runs, in few words; empty: none do
	Restores   string       // the URL that is put back at the end; empty: none is known
	Next       []Suggestion // what to do next
}

// Route is where deliveries go: all of them, or those of some events.
type Route struct {
	Events []string // patterns; none: every event
	Target string
	Note   string // said behind Target: that nothing is there yet
}

// Number is something to do: a sentence and a command.
type Suggestion struct {
	Text, Command string
}

// Notice is a remark between the rows: what happened, and what to do. Code is for machines and never changes its meaning.
type Notice struct {
	Code    string
	At      time.Time    // zero: no time is shown
	Good    bool         // something works again
	Tunnel  *TunnelState // where the tunnel is what it is about
	Message string
	Details []string // further sentences; the last may end in a command
	Hint    string   // the command alone, for machines
}

// Stopped is the end of a session.
type Stopped struct {
	Counts relay.Counts
	Failed int    // deliveries that failed, and were not mended since
	Since  string // what --since takes to list those alone; empty if the log has no others
	Held   int    // deliveries that wait for their handler, and for the next session
}

// Sent is what came of several sendings.
type Sent struct {
	Sent, Delivered int
	Expected        *int // how many came to what was expected of them; nil where nothing else than delivery was
}

// DeliveryDetails is what `webhooks show` shows.
type DeliveryDetails struct {
	Delivery   webhook.Delivery
	ReplayTree webhook.ReplayTree
	Findings   []webhook.Finding // why its signature is not valid, where it is not
	Tried      []string          // what was tried, where nothing certain was found
}

// DemoStep is a piece of what `demo` tells: its beginning, the heading of a step, or its end.
type DemoStep struct {
	Number          int // 0: not a step
	Text            string
	Final           bool
	Passed          bool     // at the end: every step did what it says
	CommandsHeading string   // at the end: what the commands are for
	Commands        []string // at the end: the commands to go on with
}

// withSelf is findings whose mends are commands that do the same for who called the program with global flags.
func (o Options) withSelf(all []webhook.Finding) []webhook.Finding {
	out := slices.Clone(all)
	for i := range out {
		if strings.HasPrefix(out[i].Fix, "vidiking ") {
			out[i].Fix = o.Command(out[i].Fix)
		}
	}
	return out
}

// Command makes a command that is printed one that does the same for who called the program with global flags: another data
// directory, a profile.
func (o Options) Command(text string) string {
	if o.Self == "" {
		return text
	}
	return strings.ReplaceAll(text, "vidiking ", o.Self+" ")
}

// New makes a Printer.
func New(o Options) Printer {
	if o.Format == FormatJSON {
		return newJSON(o)
	}
	return newText(o)
}

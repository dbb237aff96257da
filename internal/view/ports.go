package view

import (
	"context"
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Log is the delivery log as the screen reads it. Its methods are called from several goroutines, and end early with their context.
type Log interface {
	// Page returns the rows around a place that match a filter, and how the log stands then.
	Page(ctx context.Context, q PageQuery) (Page, error)
	// Totals counts the whole log. It may take long.
	Totals(ctx context.Context, f filter.Filter) (Totals, error)
	// Get returns a delivery whole, and its family.
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, webhook.ReplayTree, error)
	// Matching returns the deliveries that match a filter and were received up to a time, oldest first.
	Matching(ctx context.Context, f filter.Filter, upTo time.Time) ([]webhook.Summary, error)
	// Before returns the delivery that d is best compared with where nothing is marked: the one before it of the same event.
	Before(ctx context.Context, d webhook.Delivery) (webhook.Delivery, bool, error)
	// Wait returns when the log has changed since the cursor of a page.
	Wait(ctx context.Context, cursor int64) error
}

// PageQuery asks for rows around a place.
type PageQuery struct {
	Filter       filter.Filter
	At           store.Cursor
	Older, Newer int          // how many rows, at the place and before it, and behind it
	UpTo         store.Cursor // nothing behind this; zero: no bound
	Seen         store.Cursor // the newest that was seen, to count what is behind it; zero: nothing is counted
}

// Page is a window of the log.
type Page struct {
	Rows         []store.Row // oldest first
	Above, Below bool        // there may be more before and after them
	Newer        int         // how many match and are newer than what was seen, up to MaxNewer
	Cursor       int64       // for Wait
	NoLog        bool        // there is no log
}

// MaxNewer is where Page stops counting newer rows: a view need not say more than that there are many.
const MaxNewer = 1000

// Totals is the whole log in numbers.
type Totals struct {
	ByStatus map[webhook.Status]int
	All      int
	Others   int // of All, those of other projects
	Matching int // of the filter
	Rate     Rate
}

// Rate is how many deliveries came lately.
type Rate struct {
	PerSecond float64
	Spark     []int // in periods of rateStep, oldest first; the last one is under way
}

// State is what is known about the running listen apart from the log.
type State struct {
	Listening   bool // a listen is running
	Tunnel      Health
	TunnelState string // ready, connecting, down 12 s
	URL         string // where to send events
	TunnelName  string // the provider: ngrok
	Handler     Health
	Forward     string // the handler
	Verify      string // how signatures are checked, and with which secret
	Timeout     time.Duration
}

// Health is whether something works.
type Health int

// What is known about the health of a thing.
const (
	HealthUnknown Health = iota
	HealthUp
	HealthDown
)

// Actions is what can be done with deliveries. Their errors are shown; an error that has Advice is shown with it.
type Actions interface {
	// Where says where replays of deliveries are sent, or new ones if there are none.
	Where(replayed ...webhook.Summary) string
	// Replay sends a delivery again and returns the new one once its answer is in the log.
	Replay(ctx context.Context, id webhook.ID) (webhook.Summary, error)
	// Trigger sends the samples of an event or a scenario, and returns what became of each.
	Trigger(ctx context.Context, name string) ([]webhook.Summary, error)
	// Edit is what has the user change a delivery's body. It runs while the screen is away; what can't be edited is an error before.
	Edit(d webhook.Delivery) (Edit, error)
	// SendEdited sends a changed body, signed anew, as a replay of a delivery.
	SendEdited(ctx context.Context, parent webhook.ID, body []byte) (webhook.Summary, error)
	// Save writes a body to a new file in the working directory, and says which.
	Save(d webhook.Delivery) (string, error)
}

// Edit is a run of the user's editor.
type Edit interface {
	Run() error
	SetStdin(r io.Reader)
	SetStdout(w io.Writer)
	SetStderr(w io.Writer)
	// Body is what was saved. Where nothing is to be sent, why says so.
	Body() (body []byte, why string)
}

// Tools is what can be said about deliveries. A nil one is left out.
type Tools struct {
	Diagnose func(ctx context.Context, d webhook.Delivery, st display.Style) []display.Line // may take a second
	Curl     func(d webhook.Delivery) string
	Command  func(text string) string // a command as it must be typed here, where it needs more than what it is called elsewhere
	Explain  func(err error) error    // an error of the log, with what to do
	Diff     func(before, after webhook.Delivery, st display.Style) []display.Line
}

// Sample is something that can be triggered.
type Sample struct {
	Name string
	What string // it stands for
}

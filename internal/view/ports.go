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

// Log is read access to the delivery log. Its methods can be called from several goroutines, and return when their context is done.
type Log interface {
	// Page returns the rows around a position that match a filter, and a cursor for Wait.
	Page(ctx context.Context, q PageQuery) (Page, error)
	// Totals counts the whole log. It may take a long time.
	Totals(ctx context.Context, f filter.Filter) (Totals, error)
	// Get returns a complete delivery and its replay tree.
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, webhook.ReplayTree, error)
	// Life returns the deliveries about the same job as d, including d, oldest first: at most MaxLife, the newest. It returns only d if
	// d is not about a job.
	Life(ctx context.Context, d webhook.Delivery) ([]webhook.Summary, error)
	// Jobs returns the jobs that were active last, oldest first: at most MaxJobs.
	Jobs(ctx context.Context) (Jobs, error)
	// Matching returns the deliveries that match a filter and were received no later than upTo, oldest first.
	Matching(ctx context.Context, f filter.Filter, upTo time.Time) ([]webhook.Summary, error)
	// PreviousOfEvent returns the last delivery of the same event before d.
	PreviousOfEvent(ctx context.Context, d webhook.Delivery) (webhook.Delivery, bool, error)
	// Wait returns when the log has changed since the cursor of a page.
	Wait(ctx context.Context, cursor int64) error
}

// PageQuery selects the rows of a page.
type PageQuery struct {
	Filter       filter.Filter
	At           store.Cursor
	Older, Newer int          // number of rows up to At, and after it
	UpTo         store.Cursor // no row after this; zero: no limit
	LastSeen     store.Cursor // the newest row that the user has seen; zero: count no unseen rows
}

// Page is a window of the log.
type Page struct {
	Rows               []store.Row         // oldest first
	HasOlder, HasNewer bool                // there may be more rows before or after these
	UnseenCount        int                 // matching rows after PageQuery.LastSeen, at most MaxUnseen
	Cursor             int64               // for Wait
	NoLog              bool                // there is no log file
	NotJSON            map[webhook.ID]bool // the rows whose body is not JSON; may be nil
}

// Job is a job with its newest deliveries, oldest first. It has at least one.
type Job struct {
	About      string
	Deliveries []webhook.Summary
}

// Jobs are the jobs that were active last.
type Jobs struct {
	Jobs  []Job
	Count int // of all jobs
}

// MaxJobs limits the jobs that Jobs returns.
const MaxJobs = 200

// MaxLife limits the deliveries of a job's life.
const MaxLife = 50

// MaxUnseen limits the count of unseen rows. Beyond it, a view shows 1,000+.
const MaxUnseen = 1000

// Totals counts the deliveries of the whole log.
type Totals struct {
	ByStatus      map[webhook.Status]int
	ByTarget      map[string]map[webhook.Status]int // by the target that decided the status
	Failed        int                               // failed deliveries that are not resolved
	P99           time.Duration                     // of the newest responses; 0: none
	All           int
	OtherProjects int // those of All that belong to other projects
	Matching      int // those of All that match the filter
	Rate          Rate
}

// Rate is the number of deliveries received recently.
type Rate struct {
	PerSecond float64
	Periods   []Period  // the last periods, oldest first; the last one is not over
	End       time.Time // of the last period
}

// RatePeriod is the length of a Period.
const RatePeriod = 5 * time.Second

// Period counts the deliveries that were received in a period.
type Period struct {
	N     int
	Worst webhook.Status // the worst outcome; a failure that is resolved counts as delivered
}

// State describes the running listen.
type State struct {
	Listening   bool // a listen is running
	Tunnel      Health
	TunnelState string // for example: ready, connecting, down 12 s
	URL         string // URL that receives events
	TunnelName  string // tunnel provider, for example ngrok
	Targets     []Target
	Verify      string // verify mode, with the masked secret
	Timeout     time.Duration
}

// Target is a handler that the listen forwards to.
type Target struct {
	URL    string
	Name   string   // the URL without http://
	Events []string // patterns such as render.*; none: every event
	Health Health
}

// Seen is the health of a handler according to the log.
type Seen struct {
	Health Health
	At     time.Time // when the delivery that shows it was received
}

// Health is the state of the tunnel or of a handler.
type Health int

// The health states.
const (
	HealthUnknown Health = iota
	HealthUp
	HealthDown
)

// Actions acts on deliveries. A view shows the errors, and the advice of an error that has an Advice method.
type Actions interface {
	// Destination describes where replays of these deliveries are sent, or new deliveries if there are none.
	Destination(replayed ...webhook.Summary) string
	// Replay replays a delivery. It returns the new delivery once the response is in the log.
	Replay(ctx context.Context, id webhook.ID) (webhook.Summary, error)
	// Resign signs a delivery with the current secret and sends it as a replay.
	Resign(ctx context.Context, id webhook.ID) (webhook.Summary, error)
	// Diagnose sends test deliveries to the handler to find out why it refused a delivery.
	Diagnose(ctx context.Context, id webhook.ID) (Diagnosis, error)
	// Trigger sends the samples of an event or a scenario, and returns the new deliveries with their outcome.
	Trigger(ctx context.Context, name string) ([]webhook.Summary, error)
	// Edit prepares an editor run for a delivery's body, or returns an error if the body cannot be edited. The view hides its screen
	// while the editor runs.
	Edit(d webhook.Delivery) (Edit, error)
	// SendEdited signs an edited body and sends it as a replay of parent.
	SendEdited(ctx context.Context, parent webhook.ID, body []byte) (webhook.Summary, error)
	// Save writes a body to a new file in the working directory and returns the file's name.
	Save(d webhook.Delivery) (string, error)
}

// Diagnosis is why a handler refused a delivery.
type Diagnosis struct {
	Findings []webhook.Finding // none if the cause was not found
	Accepted bool              // the handler accepts the delivery now
	Probes   int               // the number of test deliveries that were sent
}

// Edit is a run of the user's editor.
type Edit interface {
	Run() error
	SetStdin(r io.Reader)
	SetStdout(w io.Writer)
	SetStderr(w io.Writer)
	// Body returns the saved body. If nothing should be sent, it returns the reason instead.
	Body() (body []byte, reason string)
}

// Tools are functions that describe deliveries. A view leaves out the tools that are nil.
type Tools struct {
	Why      func(ctx context.Context, d webhook.Delivery, st display.Style) (display.Hint, bool) // why it was not delivered
	Diagnose func(ctx context.Context, d webhook.Delivery, st display.Style) []display.Line       // may take a second
	Curl     func(d webhook.Delivery) string
	Command  func(text string) string // adds the flags that a suggested command needs here
	Explain  func(err error) error    // adds advice to an error of the log
	Diff     func(before, after webhook.Delivery, st display.Style) []display.Line
}

// Sample is an event or scenario that can be triggered.
type Sample struct {
	Name        string
	Description string
}

package listen

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/vidiking/vidiking-cli/internal/atomicfile"
	"github.com/vidiking/vidiking-cli/internal/explain"
	"github.com/vidiking/vidiking-cli/internal/filter"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Options is what a session is opened with.
type Options struct {
	Ingress  IngressOptions
	Handler  HandlerOptions
	Provider Provider
	Run      RunOptions
	Command  CommandOptions
	Wait     SessionWaitOptions
	View     ViewOptions
	Secrets  SecretOptions
	Log      LogOptions
	Account  AccountOptions
	Emulator StartEmulator // nil: no emulator
	Ready    ReadyFile
	JSONFile JSONFile
	System   System
}

// IngressOptions says where and how deliveries are received.
type IngressOptions struct {
	Path        string
	Addr        string
	AddrGiven   bool // by the user: use no other port
	Verify      relay.Verify
	VerifyGiven bool // by the user: don't accept unsigned deliveries because the secret was generated
	Respond     relay.Respond
	MaxBody     int64
	Connections int // from senders on this machine, at the same time
}

// HandlerOptions says where and how deliveries are forwarded.
type HandlerOptions struct {
	Routes         []relay.Route
	Text           string // of the routes, as relay routes are parsed
	Short          string // of the routes, as rows show them
	FromProject    bool   // a project file names the routes
	Events         []string
	Header         []webhook.Field
	Host           string
	Timeout        time.Duration
	MaxConcurrency int
	Insecure       bool
	Ordered        bool
	Hold           bool
	Retry          *retry.Schedule // nil: never
}

// RunOptions says which handler to start, and to end with the session.
type RunOptions struct {
	Command string        // for the shell; empty: the handler is not started
	Timeout time.Duration // for the handler to accept connections, if a program waits for it
}

// CommandOptions says which program to run while the session runs.
type CommandOptions struct {
	Args          []string                                                         // none: no program
	AllowFailures bool                                                             // don't fail because of undelivered deliveries
	Env           func(url string, secret webhook.Secret, dataDir string) []string // also for the handler
}

// SessionWaitOptions says which deliveries end the session.
type SessionWaitOptions struct {
	WaitOptions

	CreateReport func() (*atomicfile.File, error) // nil: no JUnit report
}

// ViewOptions says how the session is shown.
type ViewOptions struct {
	Output     output.Options
	Filter     filter.Filter // of the deliveries that are shown
	FilterText string
	TUI        bool
	Screen     ScreenOptions
	Notices    []output.Notice                                   // printed after the ready block
	Warn       func(p output.Printer, registeredEvents []string) // prints warnings about the options, before the session is ready
}

// Secret is the signing secret in use.
type Secret struct {
	webhook.Secret

	Generated bool // by the program: the account signs with another secret
	IsNew     bool // generated in this run
}

// SecretOptions says how the signing secret is found.
type SecretOptions struct {
	Load    func() (Secret, error)
	Follow  func(first webhook.Secret, changed func(webhook.Secret)) (current func() []webhook.Secret, err error)
	Missing func(ctx context.Context, log *store.Reader, project string) bool // whether the handler probably lacks the secret
	Command string                                                            // sets the secret in the handler's shell
	// Explainer explains why a delivery was not delivered.
	Explainer *explain.Explainer
	Diagnose  func(ctx context.Context, d webhook.Delivery, work int64) signature.Diagnosis
}

// LogOptions says where the session records deliveries.
type LogOptions struct {
	Dir    string
	Open   func(ctx context.Context, onError func(error)) (*store.Log, error)
	Locate func(live []session.Info) session.Location // of the working directory
}

// AccountOptions says what to do with the webhook that is registered in the account.
type AccountOptions struct {
	Register  bool
	Registrar func(context.Context) (*Registrar, error)             // asks for consent; called if Register is set
	Recover   func(ctx context.Context, notify func(output.Notice)) // restores the webhook that a dead session left replaced
}

// ReadyFile is the file that is written when the session is ready. Its path is empty if there is none.
type ReadyFile struct {
	Path string
	Name string // as the user typed it
}

// System is the part of the outside world that a session uses.
type System struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	StdinTerminal  bool
	StderrTerminal bool
	Verbose        bool
	Errors         output.Stderr
	Now            func() time.Time
	Random         io.Reader
	Proxies        tunnel.Proxies
	Interrupts     func() <-chan os.Signal // takes over the interrupts; the first drains, the second aborts
	Explain        func(error) *output.Failure
}

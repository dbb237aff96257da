package relay

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/retry"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Log is the part of the delivery log that a Relay writes. *store.Log implements it.
type Log interface {
	Record(ctx context.Context, d *webhook.Delivery) error
	AddAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) (webhook.Status, error)
	QueueAttempts(id webhook.ID, attempts []webhook.Attempt, due []store.Due) error
	Hold(due store.Due, from string) error
	Flush(ctx context.Context) error
}

// Backlog reads deliveries that Hold and Retry send again. *store.Reader implements it.
type Backlog interface {
	Get(ctx context.Context, id webhook.ID) (webhook.Delivery, error)
}

// Sender makes one attempt. *dispatch.Sender implements it.
type Sender interface {
	Send(ctx context.Context, t dispatch.Target, h webhook.Header, body []byte) dispatch.Result
	Reachable(ctx context.Context, t dispatch.Target) error
}

// Verify selects how a delivery with a wrong or missing signature is handled.
type Verify string

// The verification modes.
const (
	VerifyStrict Verify = "strict" // reject deliveries that are not valid: record them, but don't forward them
	VerifyWarn   Verify = "warn"   // check and report the verdict, but forward every delivery
	VerifyOff    Verify = "off"    // don't check
)

// Options configures a Relay. Log, Sender, Routes, Secrets, Now and Random are required. It is one flat list, because each field is a
// dependency or a setting of the user.
type Options struct {
	Log            Log
	Sender         Sender
	Routes         []Route                 // a delivery goes to the target of every route that matches it
	Secrets        func() []webhook.Secret // known secrets; read again after maxSecretAge, and if a signature does not match
	Verify         Verify
	Events         []string        // patterns of the events to forward, such as render.*; empty: all
	Ordered        bool            // send the deliveries of one job one at a time, in order of arrival
	Hold           bool            // if the handler is down, respond 200, keep the delivery, and send it once the handler is up
	MaxConcurrency int             // maximum number of concurrent sends to one target; 0: no limit
	Retry          *retry.Schedule // when to retry failed attempts; nil: never
	Backlog        Backlog         // required by Hold and Retry
	Header         []webhook.Field // fields that replace those of the same name on the way to the handler
	Host           string          // Host header for the handler; empty: the target's host
	Session        string
	Project        string // project of the deliveries
	ExplicitRoutes bool   // Routes come from --to or from a recorded delivery, not from the project
	Now            func() time.Time
	Random         io.Reader
	Notify         func(Notice) // receives events other than deliveries; must not block; may be nil
}

// notify reports a notice that occurs now. If Notify panics, it reports the panic instead, because the delivery must go on.
func (o *Options) notify(n Notice) {
	if o.Notify == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil && n.Kind != NoticePanic {
			o.notify(panicNotice(p))
		}
	}()
	n.At = o.Now()
	o.Notify(n)
}

// handlerHeader returns the header that the handler gets: the delivery's header with the fields that --header replaces.
func (o *Options) handlerHeader(h webhook.Header) webhook.Header {
	if len(o.Header) == 0 {
		return h
	}
	for _, f := range o.Header {
		h = h.Without(f.Name)
	}
	return append(h, o.Header...)
}

// targetFor returns the target with the path, query and host of the delivery.
func (o *Options) targetFor(t dispatch.Target, d *webhook.Delivery) dispatch.Target {
	return t.For(d.Rest, d.Query, cmp.Or(d.Host, o.Host))
}

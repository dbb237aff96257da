package rendercmd

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/jsontext"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/pause"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

const (
	// The sandbox accepts 10 requests per minute (docs: Sandbox Mode), and other programs need some of them.
	sandboxInterval = 10 * time.Second
	// Production accepts 100 requests per minute.
	productionInterval = 2 * time.Second
	// A webhook may get lost, for example while the tunnel is down.
	webhookInterval = 30 * time.Second

	maxPollFailures = 5 // in a row
	busyInterval    = 50 * time.Millisecond
)

// pollFunc reads the status of a job.
type pollFunc func(context.Context) (vidiking.Job, error)

// end is the end of a job.
type end struct {
	job      vidiking.Job
	delivery webhook.ID // its webhook; empty: the API said it
	err      error
}

// wait waits until the job has ended: by its webhook if listen runs, and by polling. It prints the job, and returns an error with exit code
// 3 if it failed.
func (s *submission) wait(ctx context.Context, j vidiking.Job, poll pollFunc) error {
	started := s.app.Env.Now()
	var status atomic.Value
	status.Store(j.Status)
	var e end
	err := cmdutil.ShowElapsed(s.app, func(took time.Duration) string {
		return "Waiting for " + j.ID + " (" + strings.ToLower(status.Load().(string)) + "): " + display.Period(took) + ". Ctrl-C stops waiting."
	}, func() error {
		e = s.await(ctx, j, poll, func(now string) { status.Store(now) })
		return e.err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return &cmdutil.Failure{
			Code: output.ExitWaited, What: display.Clean(j.ID) + " has not ended within " + display.Period(s.flags.within), Hints: []string{"the job continues: " + lookUp(j, poll)},
		}
	case err != nil:
		return err
	}
	if e.job.CreatedAt == "" {
		e.job.CreatedAt = j.CreatedAt
	}
	shown := s.shown(e.job)
	shown.Done, shown.Delivery, shown.Took = "Complete", string(e.delivery), s.app.Env.Now().Sub(started)
	if e.job.Status == vidiking.StatusFailed {
		shown.Done = ""
	}
	if err := output.Job(s.target.out, shown); err != nil || e.job.Status == vidiking.StatusComplete {
		return output.ClosedPipe(err)
	}
	return jobFailed(e.job)
}

// lookUp returns the command that shows a job.
func lookUp(j vidiking.Job, poll pollFunc) string {
	if poll == nil {
		return "vidiking webhooks list --filter " + cmdutil.ShellWord("about:"+j.ID)
	}
	return "vidiking render status " + cmdutil.ShellWord(j.ID)
}

// jobFailed returns the error for a job that failed.
func jobFailed(j vidiking.Job) error {
	f := &cmdutil.Failure{Code: output.ExitHandler, What: display.Clean(j.ID) + " failed"}
	if j.Error != "" {
		f.What += ": " + display.Clean(j.Error)
	}
	return f
}

// await returns the end of the job, from whichever learns of it first.
func (s *submission) await(ctx context.Context, j vidiking.Job, poll pollFunc, changed func(status string)) end {
	ctx, cancel := context.WithTimeout(ctx, s.flags.within)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	ends := make(chan end, 2)
	if s.listen != nil {
		running.Go(func() { ends <- s.follow(ctx, j.ID) })
	}
	if poll != nil {
		running.Go(func() { ends <- pollUntilEnd(ctx, s.interval(), poll, changed) })
	}
	return <-ends
}

// interval returns how often to ask for the status.
func (s *submission) interval() time.Duration {
	switch {
	case s.viaListen():
		return webhookInterval
	case s.target.options.Sandbox:
		return sandboxInterval
	}
	return productionInterval
}

// pollUntilEnd asks for the status until the job has ended. It bears a few failures in a row, because the network may be gone for a moment.
func pollUntilEnd(ctx context.Context, interval time.Duration, poll pollFunc, changed func(status string)) end {
	failures := 0
	for {
		if err := pause.For(ctx, interval); err != nil {
			return end{err: err}
		}
		j, err := poll(ctx)
		switch {
		case ctx.Err() != nil:
			return end{err: ctx.Err()}
		case err == nil && j.Ended():
			return end{job: j}
		case err == nil:
			failures = 0
			changed(j.Status)
		case !vidiking.OutcomeUnknown(err) && !isUnreachable(err):
			return end{err: err}
		default:
			if failures++; failures == maxPollFailures {
				return end{err: err}
			}
		}
	}
}

func isUnreachable(err error) bool {
	var unreachable *vidiking.UnreachableError
	return errors.As(err, &unreachable)
}

// follow reads the log until it has a webhook that ends the job.
func (s *submission) follow(ctx context.Context, id string) end {
	r, err := cmdutil.OpenReader(ctx, s.app)
	if err != nil {
		return end{err: err}
	}
	defer func() { _ = r.Close() }() // it was only read
	for {
		e, err := findEnd(ctx, r, id)
		switch {
		case errors.Is(err, store.ErrBusy):
			err = pause.For(ctx, busyInterval)
		case err == nil && e.delivery != "":
			return e
		}
		if err != nil {
			return end{err: err}
		}
	}
}

// findEnd waits for a change of the log unless it has a webhook that ends the job.
func findEnd(ctx context.Context, r *store.Reader, id string) (end, error) {
	const most = 100 // deliveries of a job
	seq, err := r.LastSeq(ctx)
	if err != nil {
		return end{}, err
	}
	all, err := r.About(ctx, []string{id}, most)
	if err != nil {
		return end{}, err
	}
	for _, d := range all {
		if status, ok := endedBy(d); ok {
			whole, err := r.Get(ctx, d.ID)
			return end{job: ended(id, status, whole.Body), delivery: d.ID}, err
		}
	}
	return end{}, r.Wait(ctx, seq)
}

// endedBy returns the status of a job that ended, according to a webhook. A webhook with an invalid signature may come from anyone.
func endedBy(d webhook.Summary) (status string, ok bool) {
	if d.Verdict != webhook.VerdictValid && d.Verdict != webhook.VerdictUnchecked {
		return "", false
	}
	switch d.Event {
	case webhook.EventRenderComplete, webhook.EventAIComplete:
		return vidiking.StatusComplete, true
	case webhook.EventRenderFailed, webhook.EventAIFailed:
		return vidiking.StatusFailed, true
	}
	return "", false
}

// ended returns a job with the fields of its last webhook.
func ended(id, status string, body []byte) vidiking.Job {
	j := vidiking.Job{ID: id, Status: status}
	payload, err := jsontext.ParseObject(body)
	if err != nil {
		return j
	}
	text := func(path string) string {
		value, _ := payload.Get(path)
		return vidiking.Text(json.RawMessage(value))
	}
	j.URL, j.Error = text("data.url"), text("data.error")
	return j
}

package listencmd

import (
	"context"
	"errors"
	"time"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/output"
)

// release puts back what was there, within a time, and says so. Where it fails, the next command says what is left. It may be tried
// again.
func (r *registrar) release(within time.Duration, say func(output.Notice)) error {
	if r == nil || r.held == nil {
		return nil
	}
	r.stop() // what is under way is of no use any more
	r.loop.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	r.mu.Lock()
	r.cancel = cancel
	r.mu.Unlock()
	out, err := r.held.Release(ctx)
	if err != nil {
		return r.notReleased(err)
	}
	r.sayReleased(out, say)
	return nil
}

// stop ends what is under way, a release too.
func (r *registrar) stop() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel()
}

func (r *registrar) sayReleased(out account.Outcome, say func(output.Notice)) {
	n := output.Notice{Code: "restored", At: r.app.W.Now(), Good: true}
	switch {
	case out.Restored != nil:
		n.Message = "Vidiking sends to " + out.Restored.URL + " again."
	case out.HeldBy != nil:
		n.Code, n.Message = "registered_elsewhere", "Vidiking sends to another listen: "+out.HeldBy.Webhook.URL
	case out.StillRegistered != nil:
		command := "vidiking config set-webhook --url URL"
		n.Code, n.Good, n.Hint = "left_registered", false, command
		n.Message = "Vidiking still sends to " + out.StillRegistered.URL + ", where nobody is any more."
		n.Details = []string{"Set what it should be: " + command}
	default:
		return
	}
	say(n)
}

// notReleased says what is left in the account, and who mends it.
func (r *registrar) notReleased(err error) error {
	why := cmdutil.ExplainBook(r.app, err)
	what := "the account's webhook is not put back"
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return cmdutil.Failed(err, what+": Vidiking did not answer in time", "vidiking config restore-webhook")
	}
	f := cmdutil.Failed(err, what+": "+why.What, "vidiking config restore-webhook")
	f.Code, f.Detail = why.Code, why.Detail
	return f
}

// Close lets go of everything. What could not be put back is to the others as if this process had died.
func (r *registrar) Close() {
	if r == nil {
		return
	}
	r.stop()
	r.loop.Wait()
	if r.held != nil {
		r.held.Abandon()
	}
	r.api.Close()
}

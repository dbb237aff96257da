package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
)

// api requests the balance from Vidiking, which is free and requires the key, and compares the clocks.
func (d *doctor) api(ctx context.Context) []Finding {
	if d.o.APIErr != nil {
		return d.o.APIErr.finding()
	}
	limited := false
	options := d.o.API
	options.OnWait = func(vidiking.Wait) { limited = true }
	c, err := vidiking.New(options)
	if errors.Is(err, vidiking.ErrNoKey) {
		return warning("no API key, so vidiking cannot change your account's webhook", "vidiking config set api-key")
	}
	if err != nil {
		return failed(err.Error(), "")
	}
	_, meta, err := c.Balance(ctx)
	if limited && errors.Is(err, context.DeadlineExceeded) {
		return warning("Vidiking's rate limit is used up", "try again in a minute")
	}
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	switch {
	case errors.As(err, &status):
		meta = status.Meta
	case errors.As(err, &odd):
		meta = odd.Meta
	}
	return append(d.apiFinding(meta, err), d.clock(meta)...)
}

// apiFinding returns the result of the request.
func (d *doctor) apiFinding(meta vidiking.Meta, err error) []Finding {
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	mode := ""
	if d.o.API.Sandbox {
		mode = ", in the sandbox"
	}
	_, source, _ := d.o.Config.APIKey()
	switch {
	case err == nil:
		return ok(fmt.Sprintf("%s accepts the key %s (%s)%s, in %s", d.o.API.Base.Host(), d.o.API.Key, sourceName(source), mode, display.Duration(meta.Took)))
	case errors.As(err, &status) && status.RejectsKey():
		return failed(fmt.Sprintf("%s rejected the key %s (%s): %d", d.o.API.Base.Host(), d.o.API.Key, sourceName(source), status.Code), "copy it again from Vidiking's dashboard: vidiking config set api-key")
	case errors.As(err, &odd):
		return warning(odd.Error(), d.urlHint("the response may come from a proxy or a network's login page"))
	case errors.As(err, &status) && status.Code >= http.StatusInternalServerError:
		return failed(err.Error(), d.urlHint("the problem is on Vidiking's side: try again later"))
	case errors.Is(err, context.DeadlineExceeded):
		return failed(d.o.API.Base.Host()+" did not respond in time", d.urlHint(offlineHint))
	}
	var unreachable *vidiking.UnreachableError
	if errors.As(err, &unreachable) && unreachable.Reason == vidiking.ReasonProxy {
		return failed(err.Error(), "the proxy comes from the environment: check HTTPS_PROXY and NO_PROXY")
	}
	return failed(err.Error(), d.urlHint(offlineHint))
}

const offlineHint = "is this machine online? If it needs a proxy: HTTPS_PROXY=URL"

// urlHint suggests to check the API's URL if it is not the default one.
func (d *doctor) urlHint(otherwise string) string {
	if source := d.o.Config.Source(config.APIURL); source != config.SourceDefault {
		return fmt.Sprintf("check the API's URL: %s (%s)", d.o.API.Base, sourceName(source))
	}
	return otherwise
}

// The limits for the difference between the clocks. Vidiking's Date header is exact to the second, and the response took a while.
const (
	clockWarning = 30 * time.Second
	clockFailure = 5 * time.Minute // certificates and tokens may be rejected
)

func (d *doctor) clock(meta vidiking.Meta) []Finding {
	if meta.Date.IsZero() {
		return nil
	}
	ahead := meta.At.Sub(meta.Date)
	off := max(0, ahead.Abs()-time.Second-meta.Took)
	if off < clockWarning {
		return []Finding{{Check: "clock", State: OK, Message: "in sync with Vidiking's"}}
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	f := Finding{
		Check: "clock", State: Warning, Message: fmt.Sprintf("%s %s Vidiking's", display.Period(off), direction),
		Hint: "synchronize this machine's clock with NTP",
	}
	if off >= clockFailure {
		f.State = Failed
	}
	return []Finding{f}
}

// account reports the registered webhook as far as this machine knows it, and registrations that must be restored.
func (d *doctor) account(context.Context) []Finding {
	if d.o.AccountStore == nil {
		return nil
	}
	left, err := d.o.AccountStore.Stale()
	if err != nil {
		return failed(d.accountError(err), "set the webhook again, then move that file away: vidiking config set-webhook")
	}
	var found []Finding
	for _, o := range left {
		f := Finding{State: Failed, Message: "a listen that was killed left its URL in your account: " + o.Active().Webhook.URL, Hint: "vidiking config restore-webhook"}
		if o.Base == nil {
			f.Hint = "register your own URL: vidiking config set-webhook --url URL"
		}
		found = append(found, f)
	}
	s, err := d.accountState()
	switch {
	case err != nil:
		return append(found, failed(d.accountError(err), "set the webhook again, then move that file away: vidiking config set-webhook")...)
	case len(found) > 0:
		return found
	case s.Override != nil:
		top := s.Override.Active()
		return ok(fmt.Sprintf("Vidiking sends %s to a listen (process %d): %s", account.ShortEvents(top.Webhook.Events), top.PID, top.Webhook.URL))
	case s.Saved == nil:
		return ok("no webhook was set from this machine")
	case s.Saved.Uncertain != nil:
		return warning(fmt.Sprintf("Vidiking sends to %s or to %s: the last change got no response", s.Saved.Webhook.URL, s.Saved.Uncertain.URL), "set it again: vidiking config set-webhook --url URL")
	}
	return ok(fmt.Sprintf("Vidiking sends %s to %s", account.ShortEvents(s.Saved.Webhook.Events), s.Saved.Webhook.URL))
}

func (d *doctor) accountError(err error) string {
	var file *account.FileError
	if errors.As(err, &file) {
		return strings.Replace(err.Error(), file.Path, d.o.Config.ShortPath(file.Path), 1)
	}
	return err.Error()
}

// adviceOf returns the advice of an error, if it has any.
func adviceOf(err error) string {
	var advised interface{ Advice() string }
	if errors.As(err, &advised) {
		return advised.Advice()
	}
	return ""
}

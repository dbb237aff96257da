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

// api asks Vidiking for the balance, which costs nothing and takes the key, and compares the clocks.
func (d *doctor) api(ctx context.Context) []Finding {
	if d.o.APIErr != nil {
		return d.o.APIErr.finding()
	}
	limited := false
	options := d.o.API
	options.OnWait = func(vidiking.Wait) { limited = true }
	c, err := vidiking.New(options)
	if errors.Is(err, vidiking.ErrNoKey) {
		return warning("there is no API key, so the account's webhook can't be set from here", "vidiking config set api-key")
	}
	if err != nil {
		return failed(err.Error(), "")
	}
	defer c.Close()
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
	return append(d.answered(meta, err), d.clock(meta)...)
}

// answered says what came of the call.
func (d *doctor) answered(meta vidiking.Meta, err error) []Finding {
	var status *vidiking.StatusError
	var odd *vidiking.ResponseError
	mode := ""
	if d.o.API.Sandbox {
		mode = ", in the sandbox"
	}
	_, source, _ := d.o.Config.APIKey()
	switch {
	case err == nil:
		return ok(fmt.Sprintf("%s takes the key %s (%s)%s, in %s", d.o.API.Base.Host(), d.o.API.Key, from(source), mode, display.Duration(meta.Took)))
	case errors.As(err, &status) && status.RejectsKey():
		return failed(fmt.Sprintf("%s refused the key %s (%s): %d", d.o.API.Base.Host(), d.o.API.Key, from(source), status.Code), "copy it again from Vidiking's dashboard: vidiking config set api-key")
	case errors.As(err, &odd):
		return warning(odd.Error(), d.placeHint("something in between may have answered: a proxy, or the login page of a network"))
	case errors.As(err, &status) && status.Code >= http.StatusInternalServerError:
		return failed(err.Error(), d.placeHint("that is a fault on the other side: try again later"))
	case errors.Is(err, context.DeadlineExceeded):
		return failed(d.o.API.Base.Host()+" did not answer in time", d.placeHint(offline))
	}
	var unreachable *vidiking.UnreachableError
	if errors.As(err, &unreachable) && unreachable.Reason == vidiking.ReasonProxy {
		return failed(err.Error(), "the proxy is that of the environment: look at HTTPS_PROXY and NO_PROXY")
	}
	return failed(err.Error(), d.placeHint(offline))
}

const offline = "is this machine online? Through a proxy: HTTPS_PROXY=URL"

// placeHint is what to do where there is no proper answer: to look at the API's URL, where it is not Vidiking's own.
func (d *doctor) placeHint(otherwise string) string {
	if source := d.o.Config.Source(config.APIURL); source != config.SourceDefault {
		return fmt.Sprintf("is the API's URL right? It is %s (%s)", d.o.API.Base, from(source))
	}
	return otherwise
}

// The tolerance of the clocks. Vidiking's date is exact to the second, and the answer was on its way for a while.
const (
	clockWarns = 30 * time.Second
	clockFails = 5 * time.Minute // certificates and tokens begin to fail
)

func (d *doctor) clock(meta vidiking.Meta) []Finding {
	if meta.Date.IsZero() {
		return nil
	}
	ahead := meta.At.Sub(meta.Date)
	off := max(0, ahead.Abs()-time.Second-meta.Took)
	if off < clockWarns {
		return []Finding{{Check: "clock", State: OK, Message: "as Vidiking's"}}
	}
	direction := "ahead of"
	if ahead < 0 {
		direction = "behind"
	}
	f := Finding{
		Check: "clock", State: Warning, Message: fmt.Sprintf("%s %s Vidiking's", display.Period(off), direction),
		Hint: "let the system set it, by NTP",
	}
	if off >= clockFails {
		f.State = Failed
	}
	return []Finding{f}
}

// account says what Vidiking is to send, as far as that is known here, and what must be put back.
func (d *doctor) account(context.Context) []Finding {
	if d.o.Book == nil {
		return nil
	}
	left, err := d.o.Book.Stale()
	if err != nil {
		return failed(d.bookTrouble(err), "set the webhook again, then move that file away: vidiking config set-webhook")
	}
	var found []Finding
	for _, o := range left {
		f := Finding{State: Failed, Message: "a listen died and left its URL in your account: " + o.Active().Webhook.URL, Hint: "vidiking config restore-webhook"}
		if o.Base == nil {
			f.Hint = "set what it should be: vidiking config set-webhook --url URL"
		}
		found = append(found, f)
	}
	s, err := d.state()
	switch {
	case err != nil:
		return append(found, failed(d.bookTrouble(err), "set the webhook again, then move that file away: vidiking config set-webhook")...)
	case len(found) > 0:
		return found
	case s.Override != nil:
		top := s.Override.Active()
		return ok(fmt.Sprintf("Vidiking sends %s to a listen (process %d): %s", account.ShortEvents(top.Webhook.Events), top.PID, top.Webhook.URL))
	case s.Saved == nil:
		return ok("no webhook was set from here")
	case s.Saved.Uncertain != nil:
		return warning(fmt.Sprintf("Vidiking sends to %s, or to %s: the last change had no answer", s.Saved.Webhook.URL, s.Saved.Uncertain.URL), "set it again: vidiking config set-webhook --url URL")
	}
	return ok(fmt.Sprintf("Vidiking sends %s to %s", account.ShortEvents(s.Saved.Webhook.Events), s.Saved.Webhook.URL))
}

func (d *doctor) bookTrouble(err error) string {
	var file *account.FileError
	if errors.As(err, &file) {
		return strings.Replace(err.Error(), file.Path, d.o.Config.ShortPath(file.Path), 1)
	}
	return err.Error()
}

// adviceOf is what an error itself advises.
func adviceOf(err error) string {
	var advised interface{ Advice() string }
	if errors.As(err, &advised) {
		return advised.Advice()
	}
	return ""
}

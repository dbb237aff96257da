package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// accountCheck checks the webhook that is registered with Vidiking.
type accountCheck struct{ o *Options }

// run reports the registered webhook as far as this machine knows it, and registrations that must be restored.
func (c accountCheck) run(context.Context) []Finding {
	if c.o.AccountStore == nil {
		return nil
	}
	left, err := c.o.AccountStore.Stale()
	if err != nil {
		return failed(c.errorText(err), "set the webhook again, then move that file away: vidiking config set-webhook")
	}
	var found []Finding
	for _, o := range left {
		f := Finding{State: Failed, Message: "a listen that was killed left its URL in your account: " + o.Active().Webhook.URL, Hint: "vidiking config restore-webhook"}
		if o.Base == nil {
			f.Hint = "register your own URL: vidiking config set-webhook --url URL"
		}
		found = append(found, f)
	}
	s, err := c.state()
	switch {
	case err != nil:
		return append(found, failed(c.errorText(err), "set the webhook again, then move that file away: vidiking config set-webhook")...)
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

func (c accountCheck) errorText(err error) string {
	var file *account.FileError
	if errors.As(err, &file) {
		return strings.Replace(err.Error(), file.Path, c.o.Config.ShortPath(file.Path), 1)
	}
	return err.Error()
}

// registered returns the webhook that was set from this machine, unless that is uncertain.
func (c accountCheck) registered() (registeredWebhook, bool) {
	s, err := c.state()
	if err != nil || s.Override != nil || s.Base() == nil {
		return registeredWebhook{}, false
	}
	return registeredWebhook{URL: s.Base().URL, Secret: s.Base().Secret}, true
}

// registeredWebhook is the part of a webhook that the checks need.
type registeredWebhook struct {
	URL    string
	Secret webhook.Secret
}

// state returns the known state of the account's webhook.
func (c accountCheck) state() (account.State, error) {
	if c.o.AccountStore == nil || c.o.APIErr != nil || !c.o.API.Key.IsSet() {
		return account.State{}, nil
	}
	return c.o.AccountStore.State(account.Account{API: c.o.API.Base.String(), Key: c.o.API.Key})
}

package doctor

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// activeSecret is the secret that signatures are verified with, and its source.
type activeSecret struct {
	webhook.Secret

	source string
}

// activeSecret returns the given secret or, if there is none, the generated one.
func (d *doctor) activeSecret() (activeSecret, error) {
	if s, source, ok := d.o.Config.Secret(); ok {
		return activeSecret{s, sourceName(source)}, nil
	}
	dir, err := d.o.Config.DataDir()
	if err != nil {
		return activeSecret{}, err
	}
	s, _, err := config.GeneratedSecret(dir)
	return activeSecret{s, "generated"}, err
}

// secret checks that environment, configuration and account have the same secret.
func (d *doctor) secret(context.Context) []Finding {
	s, err := d.activeSecret()
	switch {
	case err != nil:
		return failed(err.Error(), adviceOf(err))
	case !s.IsSet():
		return ok("no secret yet; the first listen generates one")
	}
	var found []Finding
	if other, ok := d.o.Config.SecretInFile(); ok && other != s.Secret {
		found = append(found, Finding{
			State: Warning, Message: fmt.Sprintf("two secrets: %s (%s) is used, %s is in the configuration", s, s.source, other),
			Hint: "remove the one that Vidiking doesn't use: vidiking config unset webhook-secret, or unset " + config.EnvSecret,
		})
	}
	if registered, ok := d.registered(); ok && registered.Secret != s.Secret {
		found = append(found, Finding{
			State: Warning, Message: fmt.Sprintf("Vidiking signs with %s, but listen verifies with %s (%s)", registered.Secret, s, s.source),
			Hint: "make Vidiking sign with yours: vidiking config set-webhook",
		})
	}
	if len(found) > 0 {
		return found
	}
	return ok(fmt.Sprintf("%s (%s)", s, s.source))
}

// registered returns the webhook that was set from this machine, unless that is uncertain.
func (d *doctor) registered() (registeredWebhook, bool) {
	s, err := d.accountState()
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

// accountState returns the known state of the account's webhook.
func (d *doctor) accountState() (account.State, error) {
	if d.o.AccountStore == nil || d.o.APIErr != nil || !d.o.API.Key.IsSet() {
		return account.State{}, nil
	}
	return d.o.AccountStore.State(account.Account{API: d.o.API.Base.String(), Key: d.o.API.Key})
}

package doctor

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// known is the secret that signatures are checked with, and where it came from.
type known struct {
	webhook.Secret

	from string
}

// secretInForce is the one that was given, else the one that the program made.
func (d *doctor) secretInForce() (known, error) {
	if s, source, ok := d.o.Config.Secret(); ok {
		return known{s, from(source)}, nil
	}
	dir, err := d.o.Config.DataDir()
	if err != nil {
		return known{}, err
	}
	s, _, err := config.GeneratedSecret(dir)
	return known{s, "made by vidiking"}, err
}

// secret looks whether there is one, and whether it is the same wherever it stands.
func (d *doctor) secret(context.Context) []Finding {
	s, err := d.secretInForce()
	switch {
	case err != nil:
		return failed(err.Error(), adviceOf(err))
	case !s.IsSet():
		return ok("there is none yet; the first listen makes one")
	}
	var found []Finding
	if other, ok := d.o.Config.SecretInFile(); ok && other != s.Secret {
		found = append(found, Finding{
			State: Warning, Message: fmt.Sprintf("there are two: %s (%s) counts, %s is in the configuration", s, s.from, other),
			Hint: "take away the one that is not Vidiking's: vidiking config unset webhook-secret, or unset " + config.EnvSecret,
		})
	}
	if registered, ok := d.registered(); ok && registered.Secret != s.Secret {
		found = append(found, Finding{
			State: Warning, Message: fmt.Sprintf("Vidiking signs with %s, and listen checks with %s (%s)", registered.Secret, s, s.from),
			Hint: "let Vidiking sign with yours: vidiking config set-webhook",
		})
	}
	if len(found) > 0 {
		return found
	}
	return ok(fmt.Sprintf("%s (%s)", s, s.from))
}

// registered is the webhook that was set from here, where that is certain.
func (d *doctor) registered() (webhookOf, bool) {
	s, err := d.state()
	if err != nil || s.Override != nil || s.Base() == nil {
		return webhookOf{}, false
	}
	return webhookOf{URL: s.Base().URL, Secret: s.Base().Secret}, true
}

// webhookOf is what matters of a webhook here.
type webhookOf struct {
	URL    string
	Secret webhook.Secret
}

// state is what is known of the account's webhook.
func (d *doctor) state() (account.State, error) {
	if d.o.Book == nil || d.o.APIErr != nil || !d.o.API.Key.IsSet() {
		return account.State{}, nil
	}
	return d.o.Book.State(account.Account{API: d.o.API.Base.String(), Key: d.o.API.Key})
}

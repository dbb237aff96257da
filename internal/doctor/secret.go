package doctor

import (
	"context"
	"fmt"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// activeSecret is the secret that signatures are verified with, and its source.
type activeSecret struct {
	webhook.Secret

	source string
}

// secretCheck checks the signing secret.
type secretCheck struct{ o *Options }

// active returns the given secret or, if there is none, the generated one.
func (c secretCheck) active() (activeSecret, error) {
	if s, source, ok := c.o.Config.Secret(); ok {
		return activeSecret{s, sourceName(source)}, nil
	}
	dir, err := c.o.Config.DataDir()
	if err != nil {
		return activeSecret{}, err
	}
	s, _, err := config.GeneratedSecret(dir)
	return activeSecret{s, "generated"}, err
}

// run checks that environment, configuration and account have the same secret.
func (c secretCheck) run(context.Context) []Finding {
	s, err := c.active()
	switch {
	case err != nil:
		return failed(err.Error(), adviceOf(err))
	case !s.IsSet():
		return ok("no secret yet; the first listen generates one")
	}
	var found []Finding
	if other, ok := c.o.Config.SecretInFile(); ok && other != s.Secret {
		found = append(found, Finding{
			State: Warning, Message: fmt.Sprintf("two secrets: %s (%s) is used, %s is in the configuration", s, s.source, other),
			Hint: "remove the one that Vidiking doesn't use: vidiking config unset webhook-secret, or unset " + config.EnvSecret,
		})
	}
	if registered, ok := accountCheck(c).registered(); ok && registered.Secret != s.Secret {
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

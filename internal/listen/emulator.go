package listen

import (
	"context"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// Emulator is a running emulator of Vidiking's API.
type Emulator struct {
	URL  string       // of the API
	Stop func() error // may be called several times
}

// StartEmulator starts an emulator that sends its webhooks to a URL, signed with a secret. It adds the sender's header to them.
type StartEmulator func(ctx context.Context, url string, secret webhook.Secret, sender webhook.Field) (*Emulator, error)

// startEmulator starts the emulator of --emulator. The ingress is served.
func (s *Session) startEmulator(ctx context.Context) (err error) {
	if s.o.Emulator == nil {
		return nil
	}
	sender := session.Sender{Token: s.announce.Info().Token, Origin: webhook.OriginEmulator}
	s.emulator, err = s.o.Emulator(ctx, s.ingress.url(), s.secret.Secret.Secret, webhook.Field{Name: session.SenderHeader, Value: sender.String()})
	return err
}

// environment returns the variables that let a program use the emulator instead of Vidiking. It accepts any key.
func (e *Emulator) environment() []string {
	if e == nil {
		return nil
	}
	return []string{config.EnvAPIURL + "=" + e.URL, config.EnvAPIKey + "=emulator"}
}

func (e *Emulator) stop() error {
	if e == nil {
		return nil
	}
	return e.Stop()
}

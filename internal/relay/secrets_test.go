package relay

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestSecretsAreReadOnceForDeliveriesThatArriveTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reads := 0
		secret := webhook.SecretFrom(secretText)
		c := &secretCache{now: time.Now, read: func() []webhook.Secret {
			reads++
			return []webhook.Secret{secret}
		}}
		signed := arrived(sampleBody, webhook.OriginLocal, "").Header
		verify := func(want webhook.Verdict, wantReads int) {
			t.Helper()
			if got, _ := c.verify(signed, []byte(sampleBody)); got != want || reads != wantReads {
				t.Errorf("got %s after %d reads, want %s after %d", got, reads, want, wantReads)
			}
		}
		for range 1000 {
			verify(webhook.VerdictValid, 1)
		}
		secret = webhook.SecretFrom("whsec_another1secret2here3x9")
		verify(webhook.VerdictValid, 1) // the secret that was removed is still known
		advance(maxSecretAge)
		verify(webhook.VerdictInvalid, 2)
		secret = webhook.SecretFrom(secretText)
		verify(webhook.VerdictValid, 3) // a new secret applies at once
		for range 10 {
			verify(webhook.VerdictValid, 3)
		}
	})
}

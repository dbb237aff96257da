package relay

import (
	"sync"
	"time"

	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// maxSecretAge is how long known secrets are used. Reading them checks files, which is too slow for every delivery.
const maxSecretAge = 100 * time.Millisecond

// secretCache keeps the secrets that deliveries are verified with.
type secretCache struct {
	read func() []webhook.Secret
	now  func() time.Time

	mu      sync.Mutex
	secrets []webhook.Secret
	readAt  time.Time // zero before the first read
}

// verify returns the verdict on a delivery and the secret that signed it. A new secret applies at once, because a signature that does not
// match is verified again with secrets read now. A secret that was removed is accepted for maxSecretAge.
func (c *secretCache) verify(h webhook.Header, body []byte) (webhook.Verdict, webhook.Secret) {
	secrets, fresh := c.get(maxSecretAge)
	verdict, by := signature.Verify(secrets, h, body)
	if fresh || verdict != webhook.VerdictInvalid && verdict != webhook.VerdictUnchecked {
		return verdict, by
	}
	secrets, _ = c.get(0)
	return signature.Verify(secrets, h, body)
}

// get returns secrets that are younger than maxAge, and reports whether it has just read them.
func (c *secretCache) get(maxAge time.Duration) (secrets []webhook.Secret, fresh bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if age := now.Sub(c.readAt); c.readAt.IsZero() || age < 0 || age >= maxAge {
		c.secrets, c.readAt, fresh = c.read(), now, true
	}
	return c.secrets, fresh
}

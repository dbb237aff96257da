package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// API makes the call that changes the account's webhook. *vidiking.Client implements it.
type API interface {
	PutWebhook(ctx context.Context, w vidiking.Webhook) error
}

// Account identifies the account that owns a webhook: that of the key's owner, at one API.
type Account struct {
	API string // the API's URL
	Key webhook.Secret
}

// keyID identifies a key without revealing it: 64 bits of its hash.
func (a Account) keyID() string {
	sum := sha256.Sum256([]byte("vidiking account\x00" + a.Key.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// SavedWebhook is the webhook that was last set from this machine.
type SavedWebhook struct {
	Webhook   vidiking.Webhook
	At        time.Time
	Uncertain *vidiking.Webhook // set if the outcome of a later call is unknown: the webhook of that call
}

// Holder is a `listen` process that registered its URL in the account.
type Holder struct {
	ID      string
	PID     int
	Since   time.Time
	Sandbox bool // registered in the sandbox
	Webhook vidiking.Webhook
	Live    bool // its process is alive
}

// Override is a temporary replacement of an account's webhook.
type Override struct {
	API     string
	Key     string            // masked
	Base    *vidiking.Webhook // the webhook before the override; nil if unknown
	Holders []Holder          // never empty; the last one is registered

	keyID string
}

// Active returns the registered holder.
func (o Override) Active() Holder { return o.Holders[len(o.Holders)-1] }

// BelongsTo reports whether the override was registered with the account's key.
func (o Override) BelongsTo(a Account) bool { return o.API == a.API && o.keyID == a.keyID() }

// previous returns the webhook to restore when the active holder ends: that of the next live holder, or else the account's own.
func (o Override) previous() *vidiking.Webhook {
	for i := len(o.Holders) - 2; i >= 0; i-- {
		if o.Holders[i].Live {
			return &o.Holders[i].Webhook
		}
	}
	return o.Base
}

// State is what is known about an account's webhook.
type State struct {
	Saved    *SavedWebhook // the permanent webhook; nil if none was set from here
	Override *Override     // nil if the webhook is not overridden
}

// Base returns the webhook to restore when an override ends, or nil if it is unknown.
func (s State) Base() *vidiking.Webhook {
	switch {
	case s.Override != nil:
		return s.Override.Base
	case s.Saved != nil && s.Saved.Uncertain == nil:
		return &s.Saved.Webhook
	}
	return nil
}

// ErrBusy reports that another process was changing the webhook for longer than the timeout.
var ErrBusy = errors.New("another vidiking process is changing the webhook")

// ErrNothingToRestore reports that there is no webhook to restore.
var ErrNothingToRestore = errors.New("no webhook to restore")

// TakenError reports that a live `listen` has its URL in the account.
type TakenError struct{ Holder Holder }

func (e *TakenError) Error() string {
	return fmt.Sprintf("another listen is registered in the account: %s (process %d)", e.Holder.Webhook.URL, e.Holder.PID)
}

// UnknownBaseError reports that the previous webhook is unknown and therefore cannot be restored.
type UnknownBaseError struct{ Holder Holder }

func (e *UnknownBaseError) Error() string {
	return "cannot tell which webhook was registered before " + e.Holder.Webhook.URL
}

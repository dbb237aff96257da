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

// API is the call that changes the account. A *vidiking.Client has it.
type API interface {
	PutWebhook(ctx context.Context, w vidiking.Webhook) error
}

// Account says whose webhook is meant: that of the key's owner, at an API.
type Account struct {
	API string // its URL
	Key webhook.Secret
}

// keyID tells keys apart without being one: 64 bits of a hash, of what can't be guessed.
func (a Account) keyID() string {
	sum := sha256.Sum256([]byte("vidiking account\x00" + a.Key.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// Remembered is what was set from here.
type SavedWebhook struct {
	Webhook   vidiking.Webhook
	At        time.Time
	Uncertain *vidiking.Webhook // what a call without an answer may have put in its place
}

// Holder is a listen that has its URL in the account.
type Holder struct {
	ID      string
	PID     int
	Since   time.Time
	Sandbox bool // it was registered through the sandbox
	Webhook vidiking.Webhook
	Live    bool // its process lives
}

// Override is what stands in the place of an account's own webhook.
type Override struct {
	API     string
	Key     string            // masked
	Base    *vidiking.Webhook // what was there before; nil where that is not known
	Holders []Holder          // never empty; the last one is registered

	keyID string
}

// Top is the holder that is registered.
func (o Override) Active() Holder { return o.Holders[len(o.Holders)-1] }

// IsOf reports whether it was registered with the account's key.
func (o Override) BelongsTo(a Account) bool { return o.API == a.API && o.keyID == a.keyID() }

// under is what goes back when the top one ends: the webhook of the live holder below it, else that of the account.
func (o Override) previous() *vidiking.Webhook {
	for i := len(o.Holders) - 2; i >= 0; i-- {
		if o.Holders[i].Live {
			return &o.Holders[i].Webhook
		}
	}
	return o.Base
}

// State is what is known of an account's webhook.
type State struct {
	Saved    *SavedWebhook // what was set for good; nil where nothing was set from here
	Override *Override     // nil where nothing stands in its place
}

// Base is what a registration would put back when it ends; nil where that is not known.
func (s State) Base() *vidiking.Webhook {
	switch {
	case s.Override != nil:
		return s.Override.Base
	case s.Saved != nil && s.Saved.Uncertain == nil:
		return &s.Saved.Webhook
	}
	return nil
}

// ErrBusy says that another process was changing the webhook for so long that waiting for it ended.
var ErrBusy = errors.New("another vidiking is changing the webhook")

// ErrNothingLeft says that there is nothing to put back.
var ErrNothingToRestore = errors.New("there is nothing to put back")

// TakenError says that a live listen has its URL in the account.
type TakenError struct{ Holder Holder }

func (e *TakenError) Error() string {
	return fmt.Sprintf("another listen has its URL in the account: %s (process %d)", e.Holder.Webhook.URL, e.Holder.PID)
}

// UnknownBaseError says that what was there before is not known, so that it can't be put back.
type UnknownBaseError struct{ Holder Holder }

func (e *UnknownBaseError) Error() string {
	return "what was registered before " + e.Holder.Webhook.URL + " is not known"
}

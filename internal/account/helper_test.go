package account

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

// fakeAPI is an account at Vidiking, as far as its webhook goes.
type fakeAPI struct {
	registered []vidiking.Webhook       // one after the other
	fail       func(call int) error     // nil: none fails; the call is not carried out
	after      func(call int) error     // nil: none fails; the call is carried out all the same
	before     func(w vidiking.Webhook) // looks at the world as it is when the call arrives
	calls      int
}

func (f *fakeAPI) PutWebhook(_ context.Context, w vidiking.Webhook) error {
	f.calls++
	if f.before != nil {
		f.before(w)
	}
	if f.fail != nil {
		if err := f.fail(f.calls); err != nil {
			return err
		}
	}
	f.registered = append(f.registered, w)
	if f.after != nil {
		return f.after(f.calls)
	}
	return nil
}

// now is the URL that is registered.
func (f *fakeAPI) now() string {
	if len(f.registered) == 0 {
		return ""
	}
	return f.registered[len(f.registered)-1].URL
}

var (
	errRefused = &vidiking.StatusError{Meta: vidiking.Meta{Code: 401}}
	errNobody  = &vidiking.UnreachableError{Reason: vidiking.ReasonTimeout, Host: "api", Sent: true}
)

var at = time.Date(2026, 3, 2, 13, 2, 7, 0, time.UTC)

var acct = Account{API: "https://api.example.com/v1", Key: webhook.SecretFrom("vk_0123456789abcdefKEY9")}

func hook(url string) vidiking.Webhook {
	return vidiking.Webhook{URL: url, Events: []string{"render.complete"}, Secret: webhook.SecretFrom("whsec_0123456789abcdefSEC7")}
}

func newBook(t *testing.T) *Store {
	t.Helper()
	return New(filepath.Join(t.TempDir(), "vidiking", "config.webhook.json"), func() time.Time { return at })
}

func claim(api API, id, url string) Registration {
	return Registration{Account: acct, API: api, ID: id, PID: 7, Webhook: hook(url)}
}

func mustSet(t *testing.T, b *Store, api API, url string) {
	t.Helper()
	if err := b.Set(t.Context(), acct, api, hook(url)); err != nil {
		t.Fatalf("Set %s: %v", url, err)
	}
}

func mustRegister(t *testing.T, b *Store, c Registration) *Lease {
	t.Helper()
	r, err := b.Register(t.Context(), c)
	if err != nil {
		t.Fatalf("Register %s: %v", c.Webhook.URL, err)
	}
	t.Cleanup(r.Abandon)
	return r
}

// kill makes a registration what its process's death makes of it: the lock is free, the files stay.
func kill(t *testing.T, r *Lease) {
	t.Helper()
	if err := r.holderLock.Unlock(); err != nil {
		t.Fatal(err)
	}
}

// restore puts back what is left, or was before another did.
func restore(t *testing.T, b *Store, api API) (Outcome, error) {
	t.Helper()
	return b.Restore(t.Context(), Override{API: acct.API, keyID: acct.keyID()}, acct, api)
}

// wantKnown checks what is remembered: the URL, empty for nothing, and the one that is not sure.
func wantKnown(t *testing.T, b *Store, url, unsure string) {
	t.Helper()
	s, err := b.State(acct)
	if err != nil {
		t.Fatal(err)
	}
	gotURL, gotUnsure := "", ""
	if s.Saved != nil {
		gotURL = s.Saved.Webhook.URL
		if s.Saved.Uncertain != nil {
			gotUnsure = s.Saved.Uncertain.URL
		}
	}
	if gotURL != url || gotUnsure != unsure {
		t.Errorf("remembered: got %q (unsure: %q), want %q (%q)", gotURL, gotUnsure, url, unsure)
	}
}

// wantClean checks that nothing is left to put back, and no lock of a holder.
func wantClean(t *testing.T, b *Store) {
	t.Helper()
	if b.HasStale() {
		text, _ := os.ReadFile(b.undoPath)
		t.Errorf("there is something left to put back:\n%s", text)
	}
	locks, err := filepath.Glob(b.savedPath + ".*.lock")
	if err != nil || len(locks) > 0 {
		t.Errorf("got locks %v, %v, want none", locks, err)
	}
}

const (
	prod  = "https://prod.example.com/hooks"
	mine  = "https://k3v9.example.app/webhooks/vidiking"
	other = "https://w2p4.example.app/webhooks/vidiking"
)

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

func TestMain(m *testing.M) { os.Exit(testkit.RunAndCheckLeaks(m)) }

// fakeAPI is the webhook of an account at Vidiking.
type fakeAPI struct {
	registered []vidiking.Webhook       // in order
	fail       func(call int) error     // fails a call without carrying it out; may be nil
	after      func(call int) error     // fails a call after carrying it out; may be nil
	before     func(w vidiking.Webhook) // called when a request arrives
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

// now returns the registered URL.
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

func newStore(t *testing.T) *Store {
	t.Helper()
	return New(filepath.Join(t.TempDir(), "vidiking", "config.webhook.json"), func() time.Time { return at })
}

func registration(api API, id, url string) Registration {
	return Registration{Account: acct, API: api, ID: id, PID: 7, Webhook: hook(url)}
}

func mustSet(t *testing.T, store *Store, api API, url string) {
	t.Helper()
	if err := store.Set(t.Context(), acct, api, hook(url)); err != nil {
		t.Fatalf("Set %s: %v", url, err)
	}
}

func mustRegister(t *testing.T, store *Store, c Registration) *Lease {
	t.Helper()
	lease, err := store.Register(t.Context(), c)
	if err != nil {
		t.Fatalf("Register %s: %v", c.Webhook.URL, err)
	}
	t.Cleanup(lease.Abandon)
	return lease
}

// kill does what a process's death does to a lease: the lock is released, the files remain.
func kill(t *testing.T, lease *Lease) {
	t.Helper()
	if err := lease.holderLock.Unlock(); err != nil {
		t.Fatal(err)
	}
}

// restore restores the first stale override, if any.
func restore(t *testing.T, store *Store, api API) (Outcome, error) {
	t.Helper()
	return store.Restore(t.Context(), Override{API: acct.API, keyID: acct.keyID()}, acct, api)
}

// wantSaved checks the saved URL ("" for none) and the uncertain one.
func wantSaved(t *testing.T, store *Store, url, uncertain string) {
	t.Helper()
	s, err := store.State(acct)
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
	if gotURL != url || gotUnsure != uncertain {
		t.Errorf("saved: got %q (uncertain: %q), want %q (%q)", gotURL, gotUnsure, url, uncertain)
	}
}

// wantClean checks that nothing is left to restore and that no holder's lock file remains.
func wantClean(t *testing.T, store *Store) {
	t.Helper()
	if store.HasStale() {
		text, _ := os.ReadFile(store.undoPath)
		t.Errorf("something is left to restore:\n%s", text)
	}
	locks, err := filepath.Glob(store.savedPath + ".*.lock")
	if err != nil || len(locks) > 0 {
		t.Errorf("got locks %v, %v, want none", locks, err)
	}
}

const (
	prod  = "https://prod.example.com/hooks"
	mine  = "https://k3v9.example.app/webhooks/vidiking"
	other = "https://w2p4.example.app/webhooks/vidiking"
)

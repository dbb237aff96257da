package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
)

// newAPI starts a fake Vidiking API that accepts every webhook.
func newAPI(t *testing.T, x *terminal) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		w.Header()["Date"] = nil // it would contain the real time
		w.WriteHeader(a.code)
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"success":true,"data":{"balance":"47.50","currency":"USD","totalDeposited":"100.00"}}`)
		}
	}))
	a.code = http.StatusOK
	t.Cleanup(a.Close)
	x.env["VIDIKING_API_URL"] = a.URL + "/v1"
	x.env["VIDIKING_API_KEY"] = "vk_test_0123456789abcdefKEY9"
	return a
}

type api struct {
	*httptest.Server
	mu   sync.Mutex
	code int
}

func (a *api) answer(code int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.code = code
}

func TestRegisterMatchesTheDocumentation(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	newAPI(t, x)
	x.types = "y\n"
	x.run("config", "get", "webhook")
	x.run("config", "set-webhook", "--url", "https://prod.example.com/webhooks/vidiking", "--events", "render.*")
	x.run("config", "get", "webhook")
	l := x.listen("--register", "--forward", testkit.RefusingAddr(t))
	l.shows("vidiking trigger")
	x.run("config", "get", "webhook")
	if code := l.interrupt(); code != 0 {
		t.Errorf("listen: got exit code %d, want 0", code)
	}
	x.types = ""
	x.run("listen", "--register")
	x.golden("account.txt")
	l.golden("register.txt")
}

func TestAnUnknownPreviousWebhookIsReportedAndNotRestored(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	newAPI(t, x)
	x.types = "y\n"
	l := x.listen("--register", "--forward", testkit.RefusingAddr(t))
	l.shows("vidiking trigger")
	if code := l.interrupt(); code != 0 {
		t.Errorf("listen: got exit code %d, want 0", code)
	}
	l.golden("register-unknown.txt")
}

func TestAFailedRestoreIsReportedAndRecovered(t *testing.T) {
	t.Parallel()
	x := newTerminal(t, 80)
	a := newAPI(t, x)
	x.types = "y\n"
	x.run("config", "set-webhook", "--url", "https://prod.example.com/webhooks/vidiking")
	l := x.listen("--register", "--forward", testkit.RefusingAddr(t))
	l.shows("vidiking trigger")
	a.answer(http.StatusServiceUnavailable)
	if code := l.interrupt(); code != 1 {
		t.Errorf("listen: got exit code %d, want 1", code)
	}
	x.run("webhooks", "list")
	a.answer(http.StatusOK)
	x.run("config", "restore-webhook")
	x.run("config", "restore-webhook")
	x.golden("not-put-back.txt")
	l.golden("register-stuck.txt")
}

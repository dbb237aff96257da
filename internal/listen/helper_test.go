package listen

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// screen is a buffer for several goroutines.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// optionsFor returns the options of a session on loopback that forwards to an address. Its output goes to the screen, and sending to
// interrupts interrupts it.
func optionsFor(t *testing.T, address string) (o *Options, out *screen, interrupts chan os.Signal) {
	t.Helper()
	target, err := dispatch.ParseTarget(address, "/webhooks/vidiking")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out, interrupts = &screen{}, make(chan os.Signal, 2)
	secret := webhook.SecretFrom("whsec_of_the_session_tests")
	return &Options{
		Ingress:  IngressOptions{Path: "/webhooks/vidiking", Addr: "127.0.0.1:0", AddrGiven: true, Verify: relay.VerifyStrict, MaxBody: 1 << 20, Connections: 100},
		Handler:  HandlerOptions{Routes: relay.To(target), Timeout: 10 * time.Second, MaxConcurrency: 8},
		Provider: Provider{Name: providerLocal},
		Run:      RunOptions{Timeout: time.Minute},
		Command:  CommandOptions{Env: func(string, webhook.Secret, string) []string { return nil }},
		View: ViewOptions{
			Output: output.Options{Stdout: out, Stderr: out, Now: time.Now()}, Warn: func(output.Printer, []string) {},
		},
		Secrets: SecretOptions{
			Load: func() (Secret, error) { return Secret{Secret: secret}, nil },
			Follow: func(webhook.Secret, func(webhook.Secret)) (func() []webhook.Secret, error) {
				return func() []webhook.Secret { return []webhook.Secret{secret} }, nil
			},
			Missing:  func(context.Context, *store.Reader, string) bool { return false },
			Diagnose: func(context.Context, webhook.Delivery, int64) signature.Diagnosis { return signature.Diagnosis{} },
		},
		Log: LogOptions{
			Dir: dir,
			Open: func(ctx context.Context, onError func(error)) (*store.Log, error) {
				return store.Open(ctx, dir, store.Options{OnError: onError})
			},
			Locate: func([]session.Info) session.Location { return session.Location{} },
		},
		Account: AccountOptions{Recover: func(context.Context, func(output.Notice)) {}},
		System: System{
			Stdout: out, Stderr: out, Errors: output.Stderr{W: out}, Now: time.Now, Random: rand.Reader,
			Interrupts: func() <-chan os.Signal { return interrupts },
			Explain:    func(err error) *output.Failure { return output.Failed(err, err.Error()) },
		},
	}, out, interrupts
}

// freeAddress returns an address of this machine that nothing listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

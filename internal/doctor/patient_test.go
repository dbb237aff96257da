package doctor_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) { os.Exit(testkit.RunAndCheckLeaks(m)) }

const (
	key    = "vk_test_0123456789abcdefKEY9"
	secret = "whsec_0123456789abcdefSEC7"
)

const balance = `{"success":true,"data":{"balance":"47.50","currency":"USD","totalDeposited":"100.00"}}`

// patient is who goes to the doctor: a home, an API and a handler, all in order until a test spoils one of them.
type patient struct {
	t       *testing.T
	home    string
	env     map[string]string
	api     *testkit.Handler
	handler *testkit.Handler
	options doctor.Options
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	p := &patient{t: t, home: t.TempDir(), env: map[string]string{}}
	p.api = testkit.Serve(t, testkit.Respond(200, balance))
	p.handler = testkit.Serve(t, testkit.Respond(200, "{}"))
	p.write(p.configFile(), "api_key = \""+key+"\"\nwebhook_secret = \""+secret+"\"\nforward = \""+p.handler.Addr()+"\"\n")
	return p
}

func (p *patient) configFile() string {
	return filepath.Join(p.home, ".config", "vidiking", "config.toml")
}

func (p *patient) dataDir() string { return filepath.Join(p.home, ".local", "state", "vidiking") }

func (p *patient) write(path, text string) {
	p.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		p.t.Fatal(err)
	}
}

// load reads what the patient's home has by now.
func (p *patient) load() {
	p.t.Helper()
	cfg, err := config.Load(config.Environment{
		LookupEnv: func(name string) (string, bool) { v, ok := p.env[name]; return v, ok }, Home: p.home, WorkDir: p.home, GOOS: runtime.GOOS,
	}, config.Flags{})
	if err != nil {
		p.t.Fatal(err)
	}
	base, err := vidiking.ParseBase(p.api.URL() + "/v1")
	if err != nil {
		p.t.Fatal(err)
	}
	target, err := dispatch.ParseTarget(cfg.String(config.Forward), "/webhooks/vidiking")
	if err != nil {
		p.t.Fatal(err)
	}
	file, err := cfg.WebhookFile()
	if err != nil {
		p.t.Fatal(err)
	}
	apiKey, _, _ := cfg.APIKey()
	o := &p.options
	o.Build, o.GOOS, o.Config, o.Book = "vidiking 1.0.0", runtime.GOOS, cfg, account.New(file, time.Now)
	o.API = vidiking.Options{Base: base, Key: apiKey, Timeout: time.Minute, UserAgent: "test"}
	o.Routes = relay.To(target)
	if o.Proxy == nil {
		o.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	o.Now, o.Location, o.Random = time.Now, time.UTC, rand.Reader
}

// examine returns what the doctor finds of one thing, a line each: its state, what it says, what to do.
func (p *patient) examine(check string) string {
	p.t.Helper()
	p.load()
	var lines []string
	doctor.Run(p.t.Context(), p.options, func(f doctor.Finding) {
		if f.Check == check {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s: %s | %s", f.State, f.Message, f.Hint), " | "))
		}
	})
	return p.steady(strings.Join(lines, "\n"))
}

// steady replaces what differs from run to run.
func (p *patient) steady(s string) string {
	for _, r := range [][2]string{{p.api.Addr(), "API"}, {p.handler.Addr(), "HANDLER"}, {p.home, "HOME"}} {
		s = strings.ReplaceAll(s, r[0], r[1])
	}
	return regexp.MustCompile(`, in <?[0-9.]+ m?s\b`).ReplaceAllString(s, ", in # ms")
}

// last is the last line of what examine finds.
func (p *patient) last(check string) string {
	p.t.Helper()
	lines := strings.Split(p.examine(check), "\n")
	return lines[len(lines)-1]
}

func (p *patient) wants(check, want string) {
	p.t.Helper()
	if got := p.examine(check); got != want {
		p.t.Errorf("%s (-want +got):\n%s", check, cmp.Diff(want, got))
	}
}

// register has a webhook set from here.
func (p *patient) register(to, with string) {
	p.t.Helper()
	p.load()
	err := p.options.Book.Set(p.t.Context(), p.account(), yes{}, vidiking.Webhook{
		URL: to, Events: []string{"render.queued", "render.processing", "render.complete", "render.failed"}, Secret: webhook.SecretFrom(with),
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *patient) account() account.Account {
	return account.Account{API: p.options.API.Base.String(), Key: webhook.SecretFrom(key)}
}

// yes is an API that does everything.
type yes struct{}

func (yes) PutWebhook(context.Context, vidiking.Webhook) error { return nil }

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

// setup is a home directory, an API and a handler without problems. Tests break one of them.
type setup struct {
	t       *testing.T
	home    string
	env     map[string]string
	api     *testkit.Handler
	handler *testkit.Handler
	options doctor.Options
}

func newSetup(t *testing.T) *setup {
	t.Helper()
	s := &setup{t: t, home: t.TempDir(), env: map[string]string{}}
	s.api = testkit.Serve(t, testkit.Respond(200, balance))
	s.handler = testkit.Serve(t, testkit.Respond(200, "{}"))
	s.write(s.configFile(), "api_key = \""+key+"\"\nwebhook_secret = \""+secret+"\"\nforward = \""+s.handler.Addr()+"\"\n")
	return s
}

func (s *setup) configFile() string {
	return filepath.Join(s.home, ".config", "vidiking", "config.toml")
}

func (s *setup) dataDir() string { return filepath.Join(s.home, ".local", "state", "vidiking") }

func (s *setup) write(path, text string) {
	s.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		s.t.Fatal(err)
	}
}

// load reads the configuration and sets options.
func (s *setup) load() {
	s.t.Helper()
	cfg, err := config.Load(config.Environment{
		LookupEnv: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok }, Home: s.home, WorkDir: s.home, GOOS: runtime.GOOS,
	}, config.Flags{})
	if err != nil {
		s.t.Fatal(err)
	}
	base, err := vidiking.ParseBase(s.api.URL() + "/v1")
	if err != nil {
		s.t.Fatal(err)
	}
	target, err := dispatch.ParseTarget(cfg.String(config.Forward), "/webhooks/vidiking")
	if err != nil {
		s.t.Fatal(err)
	}
	file, err := cfg.WebhookFile()
	if err != nil {
		s.t.Fatal(err)
	}
	apiKey, _, _ := cfg.APIKey()
	o := &s.options
	o.Build, o.GOOS, o.Config, o.AccountStore = "vidiking 1.0.0", runtime.GOOS, cfg, account.New(file, time.Now)
	o.API = vidiking.Options{Base: base, Key: apiKey, Timeout: time.Minute, UserAgent: "test"}
	o.Routes = relay.To(target)
	if o.Proxy == nil {
		o.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	o.Now, o.Location, o.Random = time.Now, time.UTC, rand.Reader
}

// run returns the findings of one check, one per line: state, message, hint.
func (s *setup) run(check string) string {
	s.t.Helper()
	s.load()
	var lines []string
	doctor.Run(s.t.Context(), s.options, func(f doctor.Finding) {
		if f.Check == check {
			lines = append(lines, strings.TrimSuffix(fmt.Sprintf("%s: %s | %s", f.State, f.Message, f.Hint), " | "))
		}
	})
	return s.normalize(strings.Join(lines, "\n"))
}

// normalize replaces addresses, paths and durations that differ between runs.
func (s *setup) normalize(text string) string {
	for _, r := range [][2]string{{s.api.Addr(), "API"}, {s.handler.Addr(), "HANDLER"}, {s.home, "HOME"}} {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	return regexp.MustCompile(`, in <?[0-9.]+ m?s\b`).ReplaceAllString(text, ", in # ms")
}

// lastLine returns the last finding of a check.
func (s *setup) lastLine(check string) string {
	s.t.Helper()
	lines := strings.Split(s.run(check), "\n")
	return lines[len(lines)-1]
}

func (s *setup) check(check, want string) {
	s.t.Helper()
	if got := s.run(check); got != want {
		s.t.Errorf("%s (-want +got):\n%s", check, cmp.Diff(want, got))
	}
}

// register sets the account's webhook.
func (s *setup) register(to, with string) {
	s.t.Helper()
	s.load()
	err := s.options.AccountStore.Set(s.t.Context(), s.account(), acceptAll{}, vidiking.Webhook{
		URL: to, Events: []string{"render.queued", "render.processing", "render.complete", "render.failed"}, Secret: webhook.SecretFrom(with),
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *setup) account() account.Account {
	return account.Account{API: s.options.API.Base.String(), Key: webhook.SecretFrom(key)}
}

// acceptAll is an API that accepts every change.
type acceptAll struct{}

func (acceptAll) PutWebhook(context.Context, vidiking.Webhook) error { return nil }

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
	"github.com/vidiking/vidiking-cli/internal/signature"
	"github.com/vidiking/vidiking-cli/internal/store"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) { os.Exit(testkit.Run(m)) }

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
	p.api = testkit.Serve(t, testkit.Answer(200, balance))
	p.handler = testkit.Serve(t, testkit.Answer(200, "{}"))
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
	cfg, err := config.Load(config.World{
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

func TestAHealthyPatient(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.load()
	var got []string
	doctor.Run(t.Context(), p.options, func(f doctor.Finding) {
		got = append(got, f.Check+" "+p.steady(string(f.State)+": "+f.Message))
		if f.Hint != "" {
			t.Errorf("%s: got the hint %q, want none", f.Check, f.Hint)
		}
	})
	want := []string{
		"version ok: vidiking 1.0.0",
		"configuration ok: ~/.config/vidiking/config.toml",
		"permissions ok: what there is, is yours alone",
		"secret ok: whsec_…SEC7 (file)",
		"api ok: API takes the key …KEY9 (file), in # ms",
		"clock ok: as Vidiking's",
		"account ok: no webhook was set from here",
		"proxy ok: none, straight to API",
		"handler ok: HANDLER/webhooks/vidiking answered 200 to a signed sample (render.queued), in # ms",
		"log ok: there is none yet",
		"sessions ok: no listen runs",
	}
	if diff := cmp.Diff(want, got); diff != "" && runtime.GOOS != "windows" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestTheSampleIsSignedAndCanBeLeftOut(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.examine("handler")
	got := p.handler.Requests()
	if len(got) != 1 {
		t.Fatalf("the handler got %d requests, want one", len(got))
	}
	header := webhook.Header{{Name: webhook.SignatureHeader, Value: got[0].Header.Get(webhook.SignatureHeader)}}
	if v, _ := signature.Verify([]webhook.Secret{webhook.SecretFrom(secret)}, header, got[0].Body); v != webhook.VerdictValid {
		t.Errorf("the sample's signature is %s, want valid", v)
	}
	p.options.NoSample = true
	p.wants("handler", "ok: HANDLER/webhooks/vidiking is up")
	if got := len(p.handler.Requests()); got != 1 {
		t.Errorf("with NoSample the handler got %d requests, want none more", got-1)
	}
}

func TestWhatIsWrongWithTheHandler(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.handler.Stop()
	p.wants("handler", "failed: Nothing is listening on HANDLER. Is your server running? | start it, or name another: vidiking config set forward TARGET")
	refusing := testkit.ServeOn(t, p.handler.Addr(), testkit.Answer(401, "no"))
	p.wants("handler", "failed: HANDLER/webhooks/vidiking answered 401 to a signed sample (render.queued), in # ms | does it check with whsec_…SEC7? More: vidiking trigger render.queued")
	refusing.Stop()
	hanging := testkit.ServeOn(t, p.handler.Addr(), testkit.HangUp())
	p.wants("handler", "failed: HANDLER/webhooks/vidiking did not answer a signed sample (render.queued): It closed the connection without an answer. Did it crash? | look at it: vidiking trigger render.queued")
	hanging.Stop()
	testkit.ServeOn(t, p.handler.Addr(), testkit.Answer(500, "no"))
	p.wants("handler", "failed: HANDLER/webhooks/vidiking answered 500 to a signed sample (render.queued), in # ms | look at it: vidiking trigger render.queued")
}

func TestWhatTheAPISays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answer http.Handler
		want   string
	}{
		{testkit.Answer(401, key), "failed: API refused the key …KEY9 (file): 401 | copy it again from Vidiking's dashboard: vidiking config set api-key"},
		{testkit.Answer(500, key), "failed: Vidiking answered 500 Internal Server Error to GET /wallet/balance | that is a fault on the other side: try again later"},
		{testkit.Answer(200, "<html>"), "warning: the answer to GET /wallet/balance is not the JSON that is documented | something in between may have answered: a proxy, or the login page of a network"},
		{testkit.HangUp(), "failed: API can't be reached: the connection was closed before the whole answer was there | is this machine online? Through a proxy: HTTPS_PROXY=URL"},
	} {
		p := newPatient(t)
		p.api = testkit.Serve(t, tt.answer)
		p.wants("api", tt.want)
	}
	p := newPatient(t)
	p.write(p.configFile(), "")
	p.wants("api", "warning: there is no API key, so the account's webhook can't be set from here | vidiking config set api-key")
	if got := len(p.api.Requests()); got != 0 {
		t.Errorf("without a key the API got %d requests, want none", got)
	}
}

func TestTheClockIsComparedWithVidikings(t *testing.T) {
	t.Parallel()
	for off, want := range map[time.Duration]string{
		0: "ok: as Vidiking's", 20 * time.Second: "ok: as Vidiking's",
		-90 * time.Minute: "failed: 1 h 29 min ahead of Vidiking's | let the system set it, by NTP",
		2 * time.Hour:     "failed: 2 h 0 min behind Vidiking's | let the system set it, by NTP",
		-2 * time.Minute:  "warning: 1 min 59 s ahead of Vidiking's | let the system set it, by NTP",
	} {
		p := newPatient(t)
		p.api = testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			testkit.Answer(401, "").ServeHTTP(w, r)
		}))
		got := p.examine("clock")
		state, _, _ := strings.Cut(want, ":")
		side := strings.Contains(want, "ahead") == strings.Contains(got, "ahead") && strings.Contains(want, "behind") == strings.Contains(got, "behind")
		if !strings.HasPrefix(got, state+": ") || !side {
			t.Errorf("a clock of Vidiking's that is %v off: got %q, want like %q", off, got, want)
		}
	}
}

func TestTheSecretIsTheSameWhereverItStands(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.env["VIDIKING_WEBHOOK_SECRET"] = secret
	p.wants("secret", "ok: whsec_…SEC7 (VIDIKING_WEBHOOK_SECRET)")
	p.env["VIDIKING_WEBHOOK_SECRET"] = "whsec_another_secret_OTHR"
	p.wants("secret", "warning: there are two: whsec_…OTHR (VIDIKING_WEBHOOK_SECRET) counts, whsec_…SEC7 is in the configuration | "+
		"take away the one that is not Vidiking's: vidiking config unset webhook-secret, or unset VIDIKING_WEBHOOK_SECRET")
	delete(p.env, "VIDIKING_WEBHOOK_SECRET")
	p.register("https://prod.example.com/hooks", "whsec_what_vidiking_signs_with_SIGN")
	p.wants("secret", "warning: Vidiking signs with whsec_…SIGN, and listen checks with whsec_…SEC7 (file) | let Vidiking sign with yours: vidiking config set-webhook")
	p.wants("account", "ok: Vidiking sends render.* to https://prod.example.com/hooks")
	p.write(p.configFile(), "")
	p.wants("secret", "ok: there is none yet; the first listen makes one")
	p.write(config.MadeSecretPath(p.dataDir()), "no secret")
	if got := p.examine("secret"); !strings.HasPrefix(got, "failed: the secret that was made is damaged: ") {
		t.Errorf("a damaged file: got %q, want that it is said", got)
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

func TestWhatADeadListenLeftIsAFailure(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.register("https://prod.example.com/hooks", secret)
	r, err := p.options.Book.Register(t.Context(), account.Claim{
		Account: p.account(), API: yes{}, ID: "ses_a", PID: 7, Webhook: vidiking.Webhook{URL: "https://gone.example.com/x", Events: []string{"ai.failed"}, Secret: webhook.SecretFrom(secret)},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.wants("account", "ok: Vidiking sends ai.failed to a listen (process 7): https://gone.example.com/x")
	r.Abandon()
	p.wants("account", "failed: a listen died and left its URL in your account: https://gone.example.com/x | vidiking config restore-webhook")
	for _, file := range p.options.Book.Files() {
		p.write(file, "hush")
		if got := p.examine("account"); !strings.Contains(got, "failed: ~/.config/vidiking/config.webhook.json") || strings.Contains(got, "hush") {
			t.Errorf("a damaged file: got %q, want that it is said", got)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatOthersMayReadIsSaidAndMended(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	p := newPatient(t)
	p.write(config.MadeSecretPath(p.dataDir()), "whsec_0123456789abcdefMADE")
	p.write(filepath.Join(p.dataDir(), "sessions", "ses_x.json"), "{}")
	for path, mode := range map[string]os.FileMode{
		p.configFile(): 0o640, p.dataDir(): 0o755, config.MadeSecretPath(p.dataDir()): 0o604, filepath.Join(p.dataDir(), "sessions", "ses_x.json"): 0o666,
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	p.wants("permissions", `failed: others on this machine may read the secrets in ~/.config/vidiking/config.toml (640) | vidiking doctor --fix
warning: others on this machine may use ~/.local/state/vidiking (755) | vidiking doctor --fix
failed: others on this machine may read the secrets in ~/.local/state/vidiking/webhook-secret (604) | vidiking doctor --fix
failed: others on this machine may read the secrets in ~/.local/state/vidiking/sessions/ses_x.json (666) | vidiking doctor --fix`)
	p.options.Fix = true
	p.wants("permissions", `ok: ~/.config/vidiking/config.toml is yours alone now (it was 640)
ok: ~/.local/state/vidiking is yours alone now (it was 755)
ok: ~/.local/state/vidiking/webhook-secret is yours alone now (it was 604)
ok: ~/.local/state/vidiking/sessions/ses_x.json is yours alone now (it was 666)`)
	p.wants("permissions", "ok: what there is, is yours alone")
}

func TestTheLogIsReadThrough(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	log, err := store.Open(t.Context(), p.dataDir(), store.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	got := p.examine("log")
	if !strings.HasPrefix(got, "ok: whole: 0 of at least 100,000 deliveries, ") || !strings.HasSuffix(got, " kB of 1.1 GB; it keeps them 30 days") {
		t.Errorf("got %q, want the log whole, and its bounds", got)
	}
	path := filepath.Join(p.dataDir(), store.FileName)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(text); i++ {
		text[i] ^= 0x5a
	}
	p.write(path, string(text))
	p.wants("log", "failed: it is damaged | move ~/.local/state/vidiking/deliveries.db away, with what stands beside it, and a new log begins")
	p.write(path, "no database at all, and longer than the hundred bytes that the header of one takes up in its file, so that it is read")
	p.wants("log", "failed: it is damaged | move ~/.local/state/vidiking/deliveries.db away, with what stands beside it, and a new log begins")
}

func TestAProxyIsNamedWithoutItsPassword(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.options.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://me:hush@proxy.example.com:3128") }
	p.wants("proxy", "ok: http://me:xxxxx@proxy.example.com:3128, of the environment, to API")
	p.options.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("hush") }
	p.wants("proxy", "failed: the proxy of the environment is no URL | look at HTTPS_PROXY and HTTP_PROXY")
}

func TestWithoutAConfigurationThatIsAllThereIs(t *testing.T) {
	t.Parallel()
	var got []string
	doctor.Run(t.Context(), doctor.Options{Build: "vidiking 1.0.0", Trouble: &doctor.Trouble{What: "line 2 is wrong", Details: []string{"x"}, Hint: "mend it"}},
		func(f doctor.Finding) {
			got = append(got, fmt.Sprint(f.Check, " ", f.State, " ", f.Message, f.Details, f.Hint))
		})
	want := []string{"version ok vidiking 1.0.0[]", "configuration failed line 2 is wrong[x]mend it"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

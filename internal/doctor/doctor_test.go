package doctor_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/account"
	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/doctor"
	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/vidiking"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestASetupWithoutProblems(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.load()
	var got []string
	doctor.Run(t.Context(), s.options, func(f doctor.Finding) {
		got = append(got, f.Check+" "+s.normalize(string(f.State)+": "+f.Message))
		if f.Hint != "" {
			t.Errorf("%s: got the hint %q, want none", f.Check, f.Hint)
		}
	})
	want := []string{
		"version ok: vidiking 1.0.0",
		"configuration ok: ~/.config/vidiking/config.toml",
		"permissions ok: only you can access vidiking's files",
		"secret ok: whsec_…SEC7 (file)",
		"api ok: API accepts the key …KEY9 (file), in # ms",
		"clock ok: in sync with Vidiking's",
		"account ok: no webhook was set from this machine",
		"proxy ok: none, direct connection to API",
		"handler ok: HANDLER/webhooks/vidiking returned 200 for a signed sample (render.queued), in # ms",
		"log ok: no log yet",
		"sessions ok: listen is not running",
	}
	if diff := cmp.Diff(want, got); diff != "" && runtime.GOOS != "windows" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestAPIResponses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		response http.Handler
		want     string
	}{
		{testkit.Respond(401, key), "failed: API rejected the key …KEY9 (file): 401 | copy it again from Vidiking's dashboard: vidiking config set api-key"},
		{testkit.Respond(500, key), "failed: Vidiking responded with 500 Internal Server Error to GET /wallet/balance | the problem is on Vidiking's side: try again later"},
		{testkit.Respond(200, "<html>"), "warning: the response to GET /wallet/balance is not the documented JSON | the response may come from a proxy or a network's login page"},
		{testkit.HangUp(), "failed: cannot reach API: the connection was closed before the response was complete | is this machine online? If it needs a proxy: HTTPS_PROXY=URL"},
	} {
		s := newSetup(t)
		s.api = testkit.Serve(t, tt.response)
		s.check("api", tt.want)
	}
	s := newSetup(t)
	s.write(s.configFile(), "")
	s.check("api", "warning: no API key, so vidiking cannot change your account's webhook | vidiking config set api-key")
	if got := len(s.api.Requests()); got != 0 {
		t.Errorf("without a key the API got %d requests, want none", got)
	}
}

func TestTheClockIsComparedWithTheAPI(t *testing.T) {
	t.Parallel()
	for off, want := range map[time.Duration]string{
		0: "ok: in sync with Vidiking's", 20 * time.Second: "ok: in sync with Vidiking's",
		-90 * time.Minute: "failed: 1 h 29 min ahead of Vidiking's | synchronize this machine's clock with NTP",
		2 * time.Hour:     "failed: 2 h 0 min behind Vidiking's | synchronize this machine's clock with NTP",
		-2 * time.Minute:  "warning: 1 min 59 s ahead of Vidiking's | synchronize this machine's clock with NTP",
	} {
		s := newSetup(t)
		s.api = testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			testkit.Respond(401, "").ServeHTTP(w, r)
		}))
		got := s.run("clock")
		state, _, _ := strings.Cut(want, ":")
		side := strings.Contains(want, "ahead") == strings.Contains(got, "ahead") && strings.Contains(want, "behind") == strings.Contains(got, "behind")
		if !strings.HasPrefix(got, state+": ") || !side {
			t.Errorf("with Vidiking's clock off by %v: got %q, want like %q", off, got, want)
		}
	}
}

func TestDifferentSecretsAreReported(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.env["VIDIKING_WEBHOOK_SECRET"] = secret
	s.check("secret", "ok: whsec_…SEC7 (VIDIKING_WEBHOOK_SECRET)")
	s.env["VIDIKING_WEBHOOK_SECRET"] = "whsec_another_secret_OTHR"
	s.check("secret", "warning: two secrets: whsec_…OTHR (VIDIKING_WEBHOOK_SECRET) is used, whsec_…SEC7 is in the configuration | "+
		"remove the one that Vidiking doesn't use: vidiking config unset webhook-secret, or unset VIDIKING_WEBHOOK_SECRET")
	delete(s.env, "VIDIKING_WEBHOOK_SECRET")
	s.register("https://prod.example.com/hooks", "whsec_what_vidiking_signs_with_SIGN")
	s.check("secret", "warning: Vidiking signs with whsec_…SIGN, but listen verifies with whsec_…SEC7 (file) | make Vidiking sign with yours: vidiking config set-webhook")
	s.check("account", "ok: Vidiking sends render.* to https://prod.example.com/hooks")
	s.write(s.configFile(), "")
	s.check("secret", "ok: no secret yet; the first listen generates one")
	s.write(config.GeneratedSecretPath(s.dataDir()), "no secret")
	if got := s.run("secret"); !strings.HasPrefix(got, "failed: the generated secret is damaged: ") {
		t.Errorf("damaged file: got %q, want an error", got)
	}
}

func TestAWebhookLeftByAKilledListenIsReported(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.register("https://prod.example.com/hooks", secret)
	r, err := s.options.AccountStore.Register(t.Context(), account.Registration{
		Account: s.account(), API: acceptAll{}, ID: "ses_a", PID: 7, Webhook: vidiking.Webhook{URL: "https://gone.example.com/x", Events: []string{"ai.failed"}, Secret: webhook.SecretFrom(secret)},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.check("account", "ok: Vidiking sends ai.failed to a listen (process 7): https://gone.example.com/x")
	r.Abandon()
	s.check("account", "failed: a listen that was killed left its URL in your account: https://gone.example.com/x | vidiking config restore-webhook")
	for _, file := range s.options.AccountStore.Files() {
		s.write(file, "hush")
		if got := s.run("account"); !strings.Contains(got, "failed: cannot read ~/.config/vidiking/config.webhook.json") || strings.Contains(got, "hush") {
			t.Errorf("damaged file: got %q, want an error", got)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheProxyIsShownWithoutItsPassword(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.options.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://me:hush@proxy.example.com:3128") }
	s.check("proxy", "ok: http://me:xxxxx@proxy.example.com:3128 (from the environment), to API")
	s.options.Proxy = func(*http.Request) (*url.URL, error) { return nil, errors.New("hush") }
	s.check("proxy", "failed: the proxy in the environment is not a valid URL | check HTTPS_PROXY and HTTP_PROXY")
}

func TestAnInvalidConfigurationSkipsTheOtherChecks(t *testing.T) {
	t.Parallel()
	var got []string
	doctor.Run(t.Context(), doctor.Options{Build: "vidiking 1.0.0", ConfigErr: &doctor.Problem{Message: "line 2 is wrong", Details: []string{"x"}, Hint: "fix it"}},
		func(f doctor.Finding) {
			got = append(got, fmt.Sprint(f.Check, " ", f.State, " ", f.Message, f.Details, f.Hint))
		})
	want := []string{"version ok vidiking 1.0.0[]", "configuration failed line 2 is wrong[x]fix it"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

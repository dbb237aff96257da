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

func TestWhatTheAPISays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		answer http.Handler
		want   string
	}{
		{testkit.Respond(401, key), "failed: API refused the key …KEY9 (file): 401 | copy it again from Vidiking's dashboard: vidiking config set api-key"},
		{testkit.Respond(500, key), "failed: Vidiking responded with 500 Internal Server Error to GET /wallet/balance | that is a fault on the other side: try again later"},
		{testkit.Respond(200, "<html>"), "warning: the response to GET /wallet/balance is not the documented JSON | something in between may have answered: a proxy, or the login page of a network"},
		{testkit.HangUp(), "failed: cannot reach API: the connection was closed before the response was complete | is this machine online? Through a proxy: HTTPS_PROXY=URL"},
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
			testkit.Respond(401, "").ServeHTTP(w, r)
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
	p.write(config.GeneratedSecretPath(p.dataDir()), "no secret")
	if got := p.examine("secret"); !strings.HasPrefix(got, "failed: the generated secret is damaged: ") {
		t.Errorf("a damaged file: got %q, want that it is said", got)
	}
}

func TestWhatADeadListenLeftIsAFailure(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.register("https://prod.example.com/hooks", secret)
	r, err := p.options.Book.Register(t.Context(), account.Registration{
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
		if got := p.examine("account"); !strings.Contains(got, "failed: cannot read ~/.config/vidiking/config.webhook.json") || strings.Contains(got, "hush") {
			t.Errorf("a damaged file: got %q, want that it is said", got)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
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

package vidiking

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestMain(m *testing.M) {
	testkit.Offline()
	os.Exit(testkit.Run(m))
}

const (
	key    = "vk_test_0123456789abcdefKEY9"
	secret = "whsec_0123456789abcdefghSEC7"
)

// options call the API at a URL.
func options(t *testing.T, url string) Options {
	t.Helper()
	base, err := ParseBase(url + "/v1")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Base: base, Key: webhook.SecretFrom(key), UserAgent: "vidiking-cli/test"}
}

// client calls the API at a URL, and is closed with the test.
func client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var hook = Webhook{
	URL: "https://example.com/hooks?a=1&b=2", Events: []string{"render.complete", "ai.failed"}, Secret: webhook.SecretFrom(secret),
}

func TestPutWebhookSendsWhatIsDocumented(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Answer(204, ""))
	o := options(t, api.URL())
	o.Sandbox = true
	if err := client(t, o).PutWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	got := api.Requests()[0]
	if got.Method != http.MethodPut || got.URI != "/v1/webhooks" {
		t.Errorf("got %s %s, want PUT /v1/webhooks", got.Method, got.URI)
	}
	want := `{"url":"https://example.com/hooks?a=1&b=2","events":["render.complete","ai.failed"],"secret":"` + secret + `"}`
	if string(got.Body) != want {
		t.Errorf("got body\n%s\nwant\n%s", got.Body, want)
	}
	header := map[string]string{
		"Authorization": "Bearer " + key, "Content-Type": "application/json", "User-Agent": "vidiking-cli/test", "X-Sandbox": "true",
		"Accept": "application/json",
	}
	for name, want := range header {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestProductionIsTheDefault(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Answer(200, "{}"))
	if err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	if got, there := api.Requests()[0].Header["X-Sandbox"]; there {
		t.Errorf("got X-Sandbox %q, want none", got)
	}
}

func TestAnySuccessOfPutWebhookIsOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "<html>odd</html>", `{"success":false}`} {
		api := testkit.Serve(t, testkit.Answer(201, body))
		if err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook); err != nil {
			t.Errorf("201 %q: got %v, want no error: what PUT /webhooks answers is not documented", body, err)
		}
	}
}

func TestBalanceReadsTheDocumentedAnswer(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Answer(200, `{"success":true,"data":{"balance":"47.50","currency":"USD","totalDeposited":"100.00","more":1}}`))
	got, meta, err := client(t, options(t, api.URL())).Balance(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (Balance{"47.50", "USD", "100.00"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if meta.Date.IsZero() || meta.Date.Sub(meta.At).Abs() > time.Minute {
		t.Errorf("got the date %v at %v, want the server's clock", meta.Date, meta.At)
	}
	if r := api.Requests()[0]; r.Method != http.MethodGet || r.URI != "/v1/wallet/balance" || len(r.Body) > 0 || r.Header.Get("Content-Type") != "" {
		t.Errorf("got %s %s with %q, want GET /v1/wallet/balance without a body", r.Method, r.URI, r.Body)
	}
}

func TestAnOddBalanceIsSaid(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"": "the answer to GET /wallet/balance is empty", "<html>": "the answer to GET /wallet/balance is not the JSON that is documented",
		"null": "the answer to GET /wallet/balance has no balance in it", `{"success":false}`: "the answer to GET /wallet/balance has no balance in it",
		`{"success":true,"data":{"balance":47.5}}`: "the answer to GET /wallet/balance is not the JSON that is documented",
		`{"success":true,"data":{}}`:               "the answer to GET /wallet/balance has no balance in it",
		strings.Repeat(" ", answerCap+1):           "the answer to GET /wallet/balance is larger than 1 MiB",
	} {
		api := testkit.Serve(t, testkit.Answer(200, body))
		_, _, err := client(t, options(t, api.URL())).Balance(t.Context())
		var odd *AnswerError
		if !errors.As(err, &odd) || err.Error() != want {
			t.Errorf("200 %.40q: got %v, want %s", body, err, want)
		}
	}
}

func TestAnAnswerThatIsNoSuccessIsAnErrorWithItsBody(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code    int
		body    string
		refuses bool
		want    string
		shown   string
	}{
		{401, `{"error":"bad key ` + key + `"}`, true, "Vidiking refused the API key (PUT /webhooks: 401 Unauthorized)", `{"error":"bad key …KEY9"}`},
		{403, "", true, "Vidiking refused the API key (PUT /webhooks: 403 Forbidden)", ""},
		{400, `bad secret ` + secret, false, "Vidiking answered 400 Bad Request to PUT /webhooks", "bad secret whsec_…SEC7"},
		{502, "<html><h1>Bad Gateway</h1></html>", false, "Vidiking answered 502 Bad Gateway to PUT /webhooks", "<html><h1>Bad Gateway</h1></html>"},
		{599, "", false, "Vidiking answered 599 to PUT /webhooks", ""},
		{300, "choose", false, "Vidiking answered 300 Multiple Choices to PUT /webhooks", "choose"},
	}
	for _, tt := range tests {
		api := testkit.Serve(t, testkit.Answer(tt.code, tt.body))
		err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook)
		var status *StatusError
		if !errors.As(err, &status) {
			t.Errorf("%d: got %v, want a StatusError", tt.code, err)
			continue
		}
		if err.Error() != tt.want || status.Body != tt.shown || status.RefusesKey() != tt.refuses {
			t.Errorf("%d %s: got %q with body %q (refuses the key: %v), want %q with %q (%v)",
				tt.code, tt.body, err, status.Body, status.RefusesKey(), tt.want, tt.shown, tt.refuses)
		}
		if n := len(api.Requests()); n != 1 {
			t.Errorf("%d: got %d requests, want one", tt.code, n)
		}
	}
}

func TestAHugeErrorIsCutAndItsSecretsNot(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Answer(500, strings.Repeat("x", shownBytes-len(key)/2)+key+strings.Repeat("y", 3*answerCap)))
	err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook)
	var status *StatusError
	if !errors.As(err, &status) {
		t.Fatalf("got %v, want a StatusError", err)
	}
	if len(status.Body) > shownBytes+len("…") || strings.Contains(status.Body, key[:8]) {
		t.Errorf("got %d bytes that end in %q, want at most %d without a part of the key", len(status.Body), status.Body[len(status.Body)-40:], shownBytes)
	}
}

func TestTheKeyIsMaskedHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	s := webhook.SecretFrom(`vk_a+b/c"d&0123456789WXYZ`)
	quoted, err := json.Marshal(s.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{s.Reveal(), string(quoted), url.QueryEscape(s.Reveal()), url.PathEscape(s.Reveal())} {
		if got := mask("a "+text+" z", s); strings.Contains(got, "0123456789") || !strings.HasPrefix(got, "a ") || !strings.HasSuffix(got, " z") {
			t.Errorf("mask(%q): got %q, want the key masked", text, got)
		}
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := testkit.Serve(t, testkit.Answer(200, "{}"))
	for _, code := range []int{301, 302, 303, 307, 308} {
		api := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL()+"/login?key="+key)
			w.WriteHeader(code)
		}))
		err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook)
		var redirect *RedirectError
		if !errors.As(err, &redirect) || redirect.To != elsewhere.URL()+"/login?key=…KEY9" {
			t.Errorf("%d: got %v, want a RedirectError with the key masked", code, err)
		}
	}
	if n := len(elsewhere.Requests()); n != 0 {
		t.Errorf("got %d requests elsewhere, want none", n)
	}
}

func TestWhyThereIsNoAnswer(t *testing.T) {
	t.Parallel()
	free := testkit.Serve(t, testkit.Answer(200, ""))
	free.Stop()
	authority := testkit.NewAuthority(t)
	tests := []struct {
		name, url string
		reason    Reason
		sent      bool
	}{
		{"nobody listens", free.URL(), ReasonRefused, false},
		{"no such host", "https://nowhere.invalid", ReasonNoHost, false},
		{"hung up", testkit.Serve(t, testkit.HangUp()).URL(), ReasonClosed, true},
		{"hung up midway", testkit.Serve(t, testkit.HangUpMidway()).URL(), ReasonClosed, true},
		{"reset", testkit.Serve(t, testkit.Reset()).URL(), ReasonClosed, true},
		{"no HTTP", testkit.ServeRaw(t, testkit.SayAndClose("220 smtp ready\r\n\r\n")).URL(), ReasonBadAnswer, true},
		{"a stranger's certificate", testkit.ServeTLS(t, authority.Certificate("127.0.0.1"), testkit.Answer(200, "")).URL(), ReasonTLS, false},
		{"no TLS", strings.Replace(testkit.Serve(t, testkit.Answer(200, "")).URL(), "http:", "https:", 1), ReasonTLS, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options(t, tt.url)
			o.Timeout = time.Minute
			err := client(t, o).PutWebhook(t.Context(), hook)
			var u *UnreachableError
			if !errors.As(err, &u) {
				t.Fatalf("got %v, want an UnreachableError", err)
			}
			if u.Reason != tt.reason || MayHaveHappened(err) != tt.sent {
				t.Errorf("got %s (%v; may have happened: %v), want %s (%v)", u.Reason, err, MayHaveHappened(err), tt.reason, tt.sent)
			}
			if !strings.HasPrefix(err.Error(), u.Host+" can't be reached: ") {
				t.Errorf("got %q, want the host named", err)
			}
		})
	}
}

func TestSilenceEndsWithTheTimeOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := options(t, "http://127.0.0.1:9000")
		o.Timeout = time.Minute
		transport := newTransport(o)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, far) }()
			return near, nil
		}
		c, err := newClient(o, transport)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		err = c.PutWebhook(t.Context(), hook)
		var u *UnreachableError
		if !errors.As(err, &u) || u.Reason != ReasonTimeout || !MayHaveHappened(err) || time.Since(begun) != o.Timeout {
			t.Errorf("got %v after %v (may have happened: %v), want the time-out, after it was sent", err, time.Since(begun), MayHaveHappened(err))
		}
	})
}

func TestOneWhoGivesUpIsNotUnreachable(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	api := testkit.Serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	err := client(t, options(t, api.URL())).PutWebhook(ctx, hook)
	if !errors.Is(err, context.Canceled) || !MayHaveHappened(err) {
		t.Errorf("got %v (may have happened: %v), want that it was interrupted after it was sent", err, MayHaveHappened(err))
	}
}

func TestMayHaveHappened(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&StatusError{Meta: Meta{Code: 401}}, false}, {&StatusError{Meta: Meta{Code: 429}}, false}, {&StatusError{Meta: Meta{Code: 500}}, true},
		{fmt.Errorf("x: %w", &StatusError{Meta: Meta{Code: 504}}), true}, {&RedirectError{}, false}, {&AnswerError{}, true}, {ErrNoKey, false},
	} {
		if got := MayHaveHappened(tt.err); got != tt.want {
			t.Errorf("MayHaveHappened(%#v): got %v, want %v", tt.err, got, tt.want)
		}
	}
}

func TestWithoutAKeyThereIsNoClient(t *testing.T) {
	t.Parallel()
	if _, err := New(Options{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("got %v, want ErrNoKey", err)
	}
}

func TestPlainHTTPNeverLeavesThisMachine(t *testing.T) {
	t.Parallel()
	o := options(t, "http://localhost:1")
	transport := newTransport(o)
	defer transport.CloseIdleConnections()
	conn, err := transport.DialContext(t.Context(), "tcp", "192.0.2.1:80") // as where a resolver says so of localhost
	if err == nil {
		_ = conn.Close()
	}
	if !errors.Is(err, errElsewhere) {
		t.Errorf("got %v, want %v", err, errElsewhere)
	}
}

// limited answers 429 with a Retry-After so many times, then 200.
type limited struct {
	retryAfter []string
	calls      int
}

func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}
	if l.calls < len(l.retryAfter) {
		resp.StatusCode = 429
		if text := l.retryAfter[l.calls]; text != "" {
			resp.Header.Set("Retry-After", text)
		}
	}
	l.calls++
	return resp, nil
}

func TestTheRateLimitIsWaitedForAndTheWaitSaid(t *testing.T) {
	t.Parallel()
	in7s := time.Date(2000, 1, 1, 0, 0, 7, 0, time.UTC).Format(http.TimeFormat) // a bubble begins at 2000-01-01
	tests := []struct {
		name  string
		after []string
		waits []time.Duration
		asked bool
		ok    bool
	}{
		{"no header", []string{"", ""}, []time.Duration{5 * time.Second, 10 * time.Second}, false, true},
		{"seconds", []string{"3"}, []time.Duration{3 * time.Second}, true, true},
		{"a date", []string{in7s}, []time.Duration{7 * time.Second}, true, true},
		{"nonsense", []string{"soon"}, []time.Duration{5 * time.Second}, false, true},
		{"too long", []string{"3600"}, nil, true, false},
		{"for ever", []string{"", "", "", "", "", ""}, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second}, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := options(t, "https://api.example.com")
				var waits []time.Duration
				o.Waiting = func(w Wait) {
					waits = append(waits, w.For)
					if w.Asked != tt.asked || w.Call != "PUT /webhooks" {
						t.Errorf("got wait %+v, want asked %v for PUT /webhooks", w, tt.asked)
					}
				}
				api := &limited{retryAfter: tt.after}
				c, err := newClient(o, api)
				if err != nil {
					t.Fatal(err)
				}
				start, total := time.Now(), time.Duration(0)
				err = c.PutWebhook(t.Context(), hook)
				for _, w := range waits {
					total += w
				}
				var status *StatusError
				if tt.ok != (err == nil) || err != nil && (!errors.As(err, &status) || status.Code != 429) {
					t.Errorf("got %v, want success: %v", err, tt.ok)
				}
				if diff := cmp.Diff(tt.waits, waits); diff != "" || time.Since(start) != total || api.calls != len(waits)+1 {
					t.Errorf("waited %v, with %d calls (-want +got):\n%s", time.Since(start), api.calls, diff)
				}
			})
		})
	}
}

func TestAWaitCanBeInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c, err := newClient(options(t, "https://api.example.com"), &limited{retryAfter: []string{"60"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.PutWebhook(ctx, hook); !errors.Is(err, context.DeadlineExceeded) || MayHaveHappened(err) {
			t.Errorf("got %v (may have happened: %v), want the caller's own end", err, MayHaveHappened(err))
		}
	})
}

func TestThroughAProxyTheKeyIsSeenByTheAPIAlone(t *testing.T) {
	t.Parallel()
	authority := testkit.NewAuthority(t)
	api := testkit.ServeTLS(t, authority.Certificate("127.0.0.1"), testkit.Answer(200, "{}"))
	proxy := testkit.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tunnelTo(w, r) }))
	o := options(t, api.URL())
	at, err := url.Parse(proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.Proxy = http.ProxyURL(at)
	transport := newTransport(o)
	transport.TLSClientConfig = &tls.Config{RootCAs: authority.Pool()}
	c, err := newClient(o, transport)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.PutWebhook(t.Context(), hook); err != nil {
		t.Fatal(err)
	}
	if got := proxy.Requests(); len(got) != 1 || got[0].Method != http.MethodConnect || got[0].Header.Get("Authorization") != "" {
		t.Errorf("the proxy got %+v, want one CONNECT without the key", got)
	}
	if got := len(api.Requests()); got != 1 {
		t.Errorf("the API got %d requests, want 1", got)
	}
}

// tunnelTo is what a proxy does with CONNECT.
func tunnelTo(w http.ResponseWriter, r *http.Request) {
	there, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = there.Close()
		return
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(there, here)
		_ = there.Close()
	}()
	_, _ = io.Copy(here, there)
	_ = here.Close()
}

func TestAProxyThatRefusesIsNamed(t *testing.T) {
	t.Parallel()
	proxy := testkit.Serve(t, testkit.Answer(407, "no"))
	o := options(t, "https://api.example.com")
	at, err := url.Parse(proxy.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.Proxy = http.ProxyURL(at)
	err = client(t, o).PutWebhook(t.Context(), hook)
	var u *UnreachableError
	if !errors.As(err, &u) || u.Reason != ReasonProxy || MayHaveHappened(err) {
		t.Errorf("got %v, want that the proxy does not let it through", err)
	}
}

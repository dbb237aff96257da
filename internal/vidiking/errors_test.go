package vidiking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestStatusErrorHasTheResponseBody(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code    int
		body    string
		refuses bool
		want    string
		shown   string
	}{
		{401, `{"error":"bad key ` + key + `"}`, true, "Vidiking rejected the API key (PUT /webhooks: 401 Unauthorized)", `{"error":"bad key …KEY9"}`},
		{403, "", true, "Vidiking rejected the API key (PUT /webhooks: 403 Forbidden)", ""},
		{400, `bad secret ` + secret, false, "Vidiking responded with 400 Bad Request to PUT /webhooks", "bad secret whsec_…SEC7"},
		{502, "<html><h1>Bad Gateway</h1></html>", false, "Vidiking responded with 502 Bad Gateway to PUT /webhooks", "<html><h1>Bad Gateway</h1></html>"},
		{599, "", false, "Vidiking responded with 599 to PUT /webhooks", ""},
		{300, "choose", false, "Vidiking responded with 300 Multiple Choices to PUT /webhooks", "choose"},
	}
	for _, tt := range tests {
		api := testkit.Serve(t, testkit.Respond(tt.code, tt.body))
		err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook)
		var status *StatusError
		if !errors.As(err, &status) {
			t.Errorf("%d: got %v, want a StatusError", tt.code, err)
			continue
		}
		if err.Error() != tt.want || status.Body != tt.shown || status.RejectsKey() != tt.refuses {
			t.Errorf("%d %s: got %q with body %q (rejects the key: %v), want %q with %q (%v)",
				tt.code, tt.body, err, status.Body, status.RejectsKey(), tt.want, tt.shown, tt.refuses)
		}
		if n := len(api.Requests()); n != 1 {
			t.Errorf("%d: got %d requests, want 1", tt.code, n)
		}
	}
}

func TestLongErrorBodyIsTruncatedAfterMasking(t *testing.T) {
	t.Parallel()
	api := testkit.Serve(t, testkit.Respond(500, strings.Repeat("x", maxExcerptBytes-len(key)/2)+key+strings.Repeat("y", 3*maxResponseBytes)))
	err := client(t, options(t, api.URL())).PutWebhook(t.Context(), hook)
	var status *StatusError
	if !errors.As(err, &status) {
		t.Fatalf("got %v, want a StatusError", err)
	}
	if len(status.Body) > maxExcerptBytes+len("…") || strings.Contains(status.Body, key[:8]) {
		t.Errorf("got %d bytes that end in %q, want at most %d without a part of the key", len(status.Body), status.Body[len(status.Body)-40:], maxExcerptBytes)
	}
}

func TestMaskCoversEncodings(t *testing.T) {
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

func TestUnreachableErrorReason(t *testing.T) {
	t.Parallel()
	free := testkit.Serve(t, testkit.Respond(200, ""))
	free.Stop()
	authority := testkit.NewAuthority(t)
	tests := []struct {
		name, url string
		reason    Reason
		sent      bool
	}{
		{"nothing listens", free.URL(), ReasonRefused, false},
		{"no such host", "https://nowhere.invalid", ReasonNoHost, false},
		{"hung up", testkit.Serve(t, testkit.HangUp()).URL(), ReasonClosed, true},
		{"closed midway", testkit.Serve(t, testkit.HangUpMidResponse()).URL(), ReasonClosed, true},
		{"reset", testkit.Serve(t, testkit.Reset()).URL(), ReasonClosed, true},
		{"no HTTP", testkit.ServeRaw(t, testkit.RespondRawAndClose("220 smtp ready\r\n\r\n")).URL(), ReasonBadResponse, true},
		{"an unknown certificate", testkit.ServeTLS(t, authority.Certificate("127.0.0.1"), testkit.Respond(200, "")).URL(), ReasonTLS, false},
		{"no TLS", strings.Replace(testkit.Serve(t, testkit.Respond(200, "")).URL(), "http:", "https:", 1), ReasonTLS, false},
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
			if u.Reason != tt.reason || OutcomeUnknown(err) != tt.sent {
				t.Errorf("got %s (%v; outcome unknown: %v), want %s (%v)", u.Reason, err, OutcomeUnknown(err), tt.reason, tt.sent)
			}
			if !strings.HasPrefix(err.Error(), "cannot reach "+u.Host+": ") {
				t.Errorf("got %q, want the host in it", err)
			}
		})
	}
}

func TestCanceledCallIsNotUnreachable(t *testing.T) {
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
	if !errors.Is(err, context.Canceled) || !OutcomeUnknown(err) {
		t.Errorf("got %v (outcome unknown: %v), want an interruption after sending", err, OutcomeUnknown(err))
	}
}

func TestOutcomeUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{&StatusError{Meta: Meta{Code: 401}}, false}, {&StatusError{Meta: Meta{Code: 429}}, false}, {&StatusError{Meta: Meta{Code: 500}}, true},
		{fmt.Errorf("x: %w", &StatusError{Meta: Meta{Code: 504}}), true}, {&RedirectError{}, false}, {&ResponseError{}, true}, {ErrNoKey, false},
	} {
		if got := OutcomeUnknown(tt.err); got != tt.want {
			t.Errorf("OutcomeUnknown(%#v): got %v, want %v", tt.err, got, tt.want)
		}
	}
}

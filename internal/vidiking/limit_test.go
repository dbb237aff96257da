package vidiking

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// limited responds with 429 and Retry-After a number of times, then with 200.
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

func TestRateLimitWaits(t *testing.T) {
	t.Parallel()
	in7s := time.Date(2000, 1, 1, 0, 0, 7, 0, time.UTC).Format(http.TimeFormat) // a synctest bubble starts at 2000-01-01
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
				o.OnWait = func(w Wait) {
					waits = append(waits, w.For)
					if w.FromRetryAfter != tt.asked || w.Call != "PUT /webhooks" {
						t.Errorf("got wait %+v, want FromRetryAfter %v for PUT /webhooks", w, tt.asked)
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

func TestWaitCanBeCanceled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c, err := newClient(options(t, "https://api.example.com"), &limited{retryAfter: []string{"60"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.PutWebhook(ctx, hook); !errors.Is(err, context.DeadlineExceeded) || OutcomeUnknown(err) {
			t.Errorf("got %v (outcome unknown: %v), want the caller's cancellation", err, OutcomeUnknown(err))
		}
	})
}

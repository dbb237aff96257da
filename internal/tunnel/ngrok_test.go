package tunnel_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func TestNgrokTransfersEveryByte(t *testing.T) {
	t.Parallel()
	u := openNgrok(t, testkit.NewNgrokServer(t), tunnel.NgrokOptions{})
	s := u.until(tunnel.Ready)
	if s.URL == "" || s.URL != u.URL() || !s.Since.IsZero() {
		t.Errorf("got ready %+v and URL %q, want the same URL and no outage", s, u.URL())
	}
	for _, size := range []int{0, 1, 4096, 256<<10 + 1, 3 << 20} {
		u.post(randomBody(t, size))
	}
}

func TestNgrokTransfersManyRequestsAtOnce(t *testing.T) {
	t.Parallel()
	u := openNgrok(t, testkit.NewNgrokServer(t), tunnel.NgrokOptions{})
	u.until(tunnel.Ready)
	var all sync.WaitGroup
	for range 50 {
		body := randomBody(t, 20_000)
		all.Go(func() { u.post(body) })
	}
	all.Wait()
}

func TestNgrokReconnectsWithTheSameURL(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	u := openNgrok(t, edge, tunnel.NgrokOptions{})
	before := u.until(tunnel.Ready)
	edge.DropSessions()
	gone := u.until(tunnel.Reconnecting)
	if gone.Cause == nil || gone.Since.IsZero() {
		t.Errorf("got %+v, want a cause and a start time", gone)
	}
	back := u.until(tunnel.Ready)
	if back.URL != before.URL || back.URLChanged || !back.Since.Equal(gone.Since) || back.Downtime() <= 0 {
		t.Errorf("got %+v after %+v, want the URL %s and the outage", back, gone, before.URL)
	}
	u.post([]byte("still the same"))
	// It resumed the same session. The real edge gives the URL to no other session.
	auths, binds := edge.Auths(), edge.Binds()
	if last := auths[len(auths)-1]; last.Cookie == "" || last.ClientID == "" {
		t.Errorf("got %+v, want the cookie and client id of the first session", last)
	}
	if last := binds[len(binds)-1]; last.URL != before.URL || last.Token == "" {
		t.Errorf("got %+v, want the URL and token of the first session", last)
	}
}

func TestNgrokWaitsForALateEdge(t *testing.T) {
	t.Parallel()
	edge := testkit.NewStoppedNgrokServer(t)
	u := openNgrok(t, edge, tunnel.NgrokOptions{})
	for {
		if s := u.next(); s.Kind == tunnel.Connecting && s.Cause != nil {
			break
		}
	}
	edge.Start()
	u.until(tunnel.Ready)
	u.post([]byte("late"))
}

func TestNgrokRejectionEndsTheTunnel(t *testing.T) {
	t.Parallel()
	const token = "2secret_token_that_must_not_be_shown"
	for _, tc := range []struct {
		name, answer string
		bind         bool
		reason       tunnel.Reason
		code, page   string
	}{
		{
			"an invalid token", "The authtoken you specified does not look like a proper ngrok authtoken. Your authtoken: " + token + "\n\nERR_NGROK_105", false,
			tunnel.Refused, "ERR_NGROK_105", "https://dashboard.ngrok.com/get-started/your-authtoken",
		},
		{
			"a revoked token", "The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: " + token + "\n\nERR_NGROK_107", false,
			tunnel.Refused, "ERR_NGROK_107", "https://dashboard.ngrok.com/get-started/your-authtoken",
		},
		{
			"too many sessions", "Your account is limited to 1 simultaneous ngrok agent sessions.\n\nERR_NGROK_108", false,
			tunnel.Limit, "ERR_NGROK_108", "https://dashboard.ngrok.com/agents",
		},
		{
			"a URL in use", "The endpoint 'https://shop.ngrok.app' is already online.\n\nERR_NGROK_334", true,
			tunnel.Taken, "ERR_NGROK_334", "https://ngrok.com/docs/errors/err_ngrok_334",
		},
		{
			"an unreserved domain", "You must reserve a custom hostname for your account before it can be bound.\n\nERR_NGROK_319", true,
			tunnel.Taken, "ERR_NGROK_319", "https://dashboard.ngrok.com/domains",
		},
		{
			"an unknown error", "Something else. The token is " + token + "\n\nERR_NGROK_99999", true,
			tunnel.Stopped, "ERR_NGROK_99999", "https://ngrok.com/docs/errors/err_ngrok_99999",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			edge := testkit.NewNgrokServer(t)
			if tc.bind {
				edge.RejectBind(tc.answer)
			} else {
				edge.RejectAuth(tc.answer)
			}
			start := time.Now()
			u := openNgrok(t, edge, tunnel.NgrokOptions{Token: token})
			s := u.untilLost()
			t.Logf("ended after %v: %v", time.Since(start), s.Cause)
			var e *tunnel.Error
			if !errors.As(s.Cause, &e) || e.Reason != tc.reason || e.Code != tc.code || e.DocURL != tc.page {
				t.Fatalf("got %+v, want reason %s, code %s and page %s", s.Cause, tc.reason, tc.code, tc.page)
			}
			if strings.Contains(e.Error()+e.Message, token) {
				t.Errorf("the error shows the token: %v", e)
			}
			if n := len(edge.Auths()); n != 1 {
				t.Errorf("got %d authentications, want 1: a rejected token must not be sent again", n)
			}
		})
	}
}

func (u *inUse) untilLost() tunnel.State {
	u.t.Helper()
	for {
		s := u.next()
		if s.Kind == tunnel.Failed {
			return s
		}
		if s.Kind == tunnel.Ready {
			u.t.Fatal("still ready")
		}
	}
}

func TestNgrokRevokedTokenEndsTheTunnel(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	u := openNgrok(t, edge, tunnel.NgrokOptions{})
	u.until(tunnel.Ready)
	edge.RejectAuth("The authtoken you specified is properly formed, but it is invalid.\n\nERR_NGROK_107")
	edge.DropSessions()
	var e *tunnel.Error
	if s := u.untilLost(); !errors.As(s.Cause, &e) || e.Reason != tunnel.Refused {
		t.Errorf("got %v, want a rejected token", s.Cause)
	}
}

func TestNgrokStoppedEndpointEndsTheTunnel(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	u := openNgrok(t, edge, tunnel.NgrokOptions{})
	u.until(tunnel.Ready)
	edge.StopEndpoints("Your account has reached a limit.", "ERR_NGROK_727")
	var e *tunnel.Error
	if s := u.untilLost(); !errors.As(s.Cause, &e) || e.Code != "ERR_NGROK_727" {
		t.Errorf("got %v, want ERR_NGROK_727", s.Cause)
	}
}

func TestNgrokGetsANewURLWhenTheOldOneIsGone(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	u := openNgrok(t, edge, tunnel.NgrokOptions{})
	before := u.until(tunnel.Ready)
	edge.RejectBindOf(before.URL, "You must reserve a custom hostname for your account before it can be bound.\n\nERR_NGROK_319")
	edge.DropSessions()
	u.until(tunnel.Reconnecting)
	back := u.until(tunnel.Ready)
	if back.URL == before.URL || !back.URLChanged {
		t.Errorf("got %+v after %s, want another URL and URLChanged", back, before.URL)
	}
	u.post([]byte("elsewhere"))
}

func TestNgrokRequestsConfiguredOptions(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	u := openNgrok(t, edge, tunnel.NgrokOptions{Token: "2the_token", Policy: "on_http_request: []"})
	u.until(tunnel.Ready)
	if a := edge.Auths()[0]; a.Token != "2the_token" {
		t.Errorf("got the token %q", a.Token)
	}
	if b := edge.Binds()[0]; b.Policy != "on_http_request: []" {
		t.Errorf("got the policy %q", b.Policy)
	}
}

func TestCloseWhileOpening(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	edge.Freeze(true)
	u := openNgrok(t, edge, tunnel.NgrokOptions{})
	u.Close()
	if s := u.untilClosed(); s.Cause != nil {
		t.Errorf("got %v, want no cause", s.Cause)
	}
}

func (u *inUse) untilClosed() (last tunnel.State) {
	u.t.Helper()
	for s := range u.States() {
		last = s
	}
	if last.Kind != tunnel.Closed {
		u.t.Errorf("last state: got %s, want closed", last.Kind)
	}
	return last
}

package dispatch

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func wantUnreachable(t *testing.T, err error, kind webhook.Failure, text string) {
	t.Helper()
	var got *UnreachableError
	if !errors.As(err, &got) {
		t.Fatalf("got %#v, want an *UnreachableError of %s", err, kind)
	}
	if got.Failure != kind || got.Error() != text {
		t.Errorf("got %q %q, want %q %q", got.Failure, got, kind, text)
	}
}

func TestReachableConnectsOnceAndSendsNothing(t *testing.T) {
	for _, scheme := range []string{"http://", "https://"} {
		received := make(chan string, 9)
		handler := testkit.ServeConns(t, func(c net.Conn) {
			all, err := io.ReadAll(c)
			if err != nil {
				all = []byte(err.Error())
			}
			received <- string(all)
		})
		if err := sender(t, Options{}).Reachable(t.Context(), target(t, scheme+handler.Addr())); err != nil {
			t.Fatalf("Reachable(%s%s): %v", scheme, handler.Addr(), err)
		}
		if got := <-received; got != "" {
			t.Errorf("%s: got %q at the handler, want nothing", scheme, got)
		}
		if n := handler.Connections(); n != 1 {
			t.Errorf("%s: got %d connections, want 1", scheme, n)
		}
	}
}

func TestUnreachableReasons(t *testing.T) {
	s := sender(t, Options{})
	nowhere := testkit.RefusingAddr(t)
	err := s.Reachable(t.Context(), target(t, "https://"+nowhere))
	wantUnreachable(t, err, webhook.FailureRefused, "Nothing is listening on "+nowhere+". Is your server running?")

	err = s.Reachable(t.Context(), Target{})
	wantUnreachable(t, err, webhook.FailureUnexpected, "There is no target.")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = s.Reachable(ctx, target(t, nowhere))
	wantUnreachable(t, err, webhook.FailureCanceled, "Interrupted before the handler responded.")
}

func TestReachableTimesOut(t *testing.T) {
	t.Parallel()
	s := sender(t, Options{Timeout: shortTimeout})
	s.probe.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return fakeDialer(hangingDial, hangingDial).connect(ctx, network, "localhost:3000")
	}
	err := s.Reachable(t.Context(), target(t, "3000"))
	wantUnreachable(t, err, webhook.FailureTimeout, "Could not connect to localhost:3000 within 1 s.")
}

func TestReachableConvertsNamesLikeSend(t *testing.T) {
	var asked string
	s := sender(t, Options{})
	s.probe.DialContext = func(_ context.Context, _, address string) (net.Conn, error) {
		asked = address
		return nil, errListening
	}
	if err := s.Reachable(t.Context(), target(t, "bücher.example")); err != nil {
		t.Fatal(err)
	}
	if want := "xn--bcher-kva.example:80"; asked != want {
		t.Errorf("dialed %q, want %q", asked, want)
	}
}

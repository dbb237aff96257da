package dispatch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

func TestLocalhostReachesBothLoopbackAddresses(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			if address == "[::1]:0" {
				testkit.SkipWithoutIPv6(t)
			}
			handler := testkit.ServeOn(t, address, testkit.Respond(http.StatusOK, ""))
			for _, name := range []string{"localhost", "LocalHost", "localhost.", "app.localhost"} {
				to := "http://" + name + ":" + handler.Port() + "/"
				wantCode(t, send(t, Options{}, to), http.StatusOK)
				if err := sender(t, Options{}).Reachable(t.Context(), target(t, to)); err != nil {
					t.Errorf("Reachable(%s): %v", to, err)
				}
			}
		})
	}
}

func TestLoopbackAddressIsOnlyThatAddress(t *testing.T) {
	testkit.SkipWithoutIPv6(t)
	handler := testkit.ServeOn(t, "[::1]:0", testkit.Respond(http.StatusOK, ""))
	wantCode(t, send(t, Options{}, "http://[::1]:"+handler.Port()), http.StatusOK)
	got := send(t, Options{}, "http://127.0.0.1:"+handler.Port())
	wantFailure(t, got, webhook.FailureRefused, "Nothing is listening on 127.0.0.1:"+handler.Port()+". Is your server running?")
}

// fakeDialer returns a dialer with a dial function for each loopback address.
func fakeDialer(v6, v4 dialFunc) *dialer {
	return &dialer{tcp: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "[::1]:3000" {
			return v6(ctx, network, address)
		}
		return v4(ctx, network, address)
	}}
}

func failingDial(err error) dialFunc {
	return func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: err}
	}
}

func hangingDial(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func returningDial(c net.Conn) dialFunc {
	return func(context.Context, string, string) (net.Conn, error) { return c, nil }
}

func TestUnresponsiveLoopbackAddressDoesNotBlockTheOther(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	defer near.Close()
	for name, d := range map[string]*dialer{
		"::1 hangs":         fakeDialer(hangingDial, returningDial(near)),
		"::1 is refused":    fakeDialer(failingDial(refusedNumber), returningDial(near)),
		"127.0.0.1 hangs":   fakeDialer(returningDial(near), hangingDial),
		"127.0.0.1 refused": fakeDialer(returningDial(near), failingDial(refusedNumber)),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
			defer cancel()
			got, err := d.connect(ctx, "tcp", "localhost:3000")
			if got != near || err != nil {
				t.Errorf("got %v, %v; want the connection", got, err)
			}
		})
	}
}

func TestSecondLoopbackConnectionIsClosed(t *testing.T) {
	winner, other := net.Pipe()
	defer winner.Close()
	defer other.Close()
	late, far := net.Pipe()
	defer late.Close()
	d := fakeDialer(func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done() // connects after the other address has won
		return late, nil
	}, returningDial(winner))
	if got, err := d.connect(t.Context(), "tcp", "localhost:3000"); got != winner || err != nil {
		t.Fatalf("got %v, %v; want the connection of 127.0.0.1", got, err)
	}
	if _, err := far.Read(make([]byte, 1)); err == nil { // returns once the near end is closed
		t.Error("got a byte, want EOF")
	}
}

func TestRefusedIsPreferredToNoIPv6(t *testing.T) {
	noIPv6 := errors.New("no such address here")
	for name, d := range map[string]*dialer{
		"no IPv6": fakeDialer(failingDial(noIPv6), failingDial(refusedNumber)),
		"no IPv4": fakeDialer(failingDial(refusedNumber), failingDial(noIPv6)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.connect(t.Context(), "tcp", "localhost:3000")
			if !isRefused(err) {
				t.Errorf("got %v, want refused", err)
			}
		})
	}
}

func TestForbiddenAddressIsPreferredToRefused(t *testing.T) {
	forbidden, refused := &AddressError{"127.0.0.1:3000", "is refused"}, &net.OpError{Op: "dial", Err: refusedNumber}
	for _, errs := range [][2]error{{forbidden, refused}, {refused, forbidden}} { // in the order in which the dials end
		if got := preferredError(errs[0], errs[1]); !errors.Is(got, forbidden) {
			t.Errorf("preferredError(%v, %v): got %v, want %v", errs[0], errs[1], got, forbidden)
		}
	}
}

func TestErrnoFailure(t *testing.T) {
	for number, want := range map[syscall.Errno]webhook.Failure{
		refusedNumber:    webhook.FailureRefused,
		resetNumber:      webhook.FailureReset,
		noRouteNumber:    webhook.FailureNoRoute,
		tooLateNumber:    webhook.FailureTimeout,
		syscall.EINVAL:   "",
		syscall.Errno(0): "",
	} {
		if got := failureOf(number); got != want {
			t.Errorf("failureOf(%d, %v): got %q, want %q", int(number), number, got, want)
		}
	}
}

func TestDialErrorsAreExplained(t *testing.T) {
	at := target(t, "http://10.255.0.1:3000")
	tests := []struct {
		err  error
		kind webhook.Failure
		text string
	}{
		{refusedNumber, webhook.FailureRefused, "Nothing is listening on 10.255.0.1:3000. Is your server running?"},
		{noRouteNumber, webhook.FailureNoRoute, "There is no network route to 10.255.0.1:3000. Is the address right?"},
		{tooLateNumber, webhook.FailureTimeout, "Could not connect to 10.255.0.1:3000: the host did not respond."},
		{resetNumber, webhook.FailureReset, "10.255.0.1:3000 closed the connection immediately. Is it the right port?"},
		{errors.New("odd"), webhook.FailureUnexpected, "The delivery could not be sent: dial: odd."},
	}
	for _, tt := range tests {
		kind, text := explainDialError(at, &net.OpError{Op: "dial", Err: tt.err})
		if kind != tt.kind || text != tt.text {
			t.Errorf("%v:\n got %q %q\nwant %q %q", tt.err, kind, text, tt.kind, tt.text)
		}
	}
}

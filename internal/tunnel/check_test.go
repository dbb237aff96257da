package tunnel_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func TestCheckNgrokAcceptsAValidTokenWithoutAnEndpoint(t *testing.T) {
	t.Parallel()
	edge := testkit.NewNgrokServer(t)
	if err := tunnel.CheckNgrok(t.Context(), tunnel.Options{}, withEdge(edge, tunnel.NgrokOptions{})); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if auths, binds := edge.Auths(), edge.Binds(); len(auths) != 1 || len(binds) != 0 {
		t.Errorf("the edge got %d tokens and %d endpoints, want 1 and none", len(auths), len(binds))
	}
}

func TestCheckNgrokStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	const token = "2token_that_is_refused_Zx9Q"
	edge := testkit.NewNgrokServer(t)
	edge.RejectAuth("authentication failed: " + token + " is no token\n\nERR_NGROK_105")
	err := tunnel.CheckNgrok(t.Context(), tunnel.Options{}, withEdge(edge, tunnel.NgrokOptions{Token: token}))
	var e *tunnel.Error
	if !errors.As(err, &e) || e.Reason != tunnel.Refused || e.Code != "ERR_NGROK_105" || strings.Contains(err.Error(), token) {
		t.Errorf("rejected token: got %v, want Refused, without the token", err)
	}
	if n := len(edge.Auths()); n != 1 {
		t.Errorf("the edge got %d requests, want 1", n)
	}
	down := testkit.NewStoppedNgrokServer(t)
	err = tunnel.CheckNgrok(t.Context(), tunnel.Options{}, withEdge(down, tunnel.NgrokOptions{}))
	if !errors.As(err, &e) || e.Reason != tunnel.Unreachable {
		t.Errorf("unavailable edge: got %v, want Unreachable", err)
	}
	silent := testkit.ServeConns(t, func(c net.Conn) { _ = c.Close() })
	n := withEdge(edge, tunnel.NgrokOptions{})
	n.ConnectURL = silent.Addr()
	if err := tunnel.CheckNgrok(t.Context(), tunnel.Options{}, n); !errors.As(err, &e) || e.Reason != tunnel.Unreachable {
		t.Errorf("edge that hangs up: got %v, want Unreachable", err)
	}
}

func TestCheckSSH(t *testing.T) {
	t.Parallel()
	server := testkit.NewSSHServer(t, testkit.SSHSish)
	web := testkit.ServeConns(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") })
	gone := testkit.ServeConns(t, func(c net.Conn) { _ = c.Close() })
	check := func(ctx context.Context, addr string) error {
		target, err := tunnel.ParseTarget("me@" + addr)
		if err != nil {
			t.Fatal(err)
		}
		return tunnel.CheckSSH(ctx, tunnel.Options{}, tunnel.SSHOptions{Target: target})
	}
	if err := check(t.Context(), server.Addr()); err != nil {
		t.Errorf("an SSH server: got %v, want no error", err)
	}
	if n := len(server.Users()); n != 0 {
		t.Errorf("%d logins, want none", n)
	}
	for addr, want := range map[string]string{web.Addr(): "does not speak SSH", gone.Addr(): "does not speak SSH"} {
		var e *tunnel.Error
		if err := check(t.Context(), addr); !errors.As(err, &e) || e.Reason != tunnel.Unreachable || !strings.Contains(e.Message, want) {
			t.Errorf("%s: got %v, want an error with %q", addr, err, want)
		}
	}
	server.Stop()
	var e *tunnel.Error
	if err := check(t.Context(), server.Addr()); !errors.As(err, &e) || e.Message != "connection refused" {
		t.Errorf("unavailable server: got %v, want connection refused", err)
	}
}

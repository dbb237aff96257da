package listen

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func TestTunnelErrorsHaveMessageHintAndCode(t *testing.T) {
	t.Parallel()
	ngrok := Provider{Name: providerNgrok, Note: ", with the token from NGROK_AUTHTOKEN", Server: "ngrok"}
	withProxy := Provider{Name: providerNgrok, Server: "ngrok", ownProxy: true}
	ssh := Provider{Name: ProviderSSH, Note: ", by me@example.com", Server: "example.com"}
	for _, tc := range []struct {
		p    Provider
		err  *tunnel.Error
		code int
		what string
		hint string // in one of its lines
	}{
		{ngrok, &tunnel.Error{Reason: tunnel.Refused, Service: "ngrok", Code: "ERR_NGROK_107", DocURL: "PAGE"}, 4, "ngrok refused the token from NGROK_AUTHTOKEN (ERR_NGROK_107)", "it was reset or revoked: copy it again from PAGE"},
		{ngrok, &tunnel.Error{Reason: tunnel.Limit, Service: "ngrok", Code: "ERR_NGROK_108", Message: "Only 1", DocURL: "PAGE"}, 1, "your ngrok account has reached its limit (ERR_NGROK_108)", "see your limits: PAGE"},
		{ngrok, &tunnel.Error{Reason: tunnel.Taken, Service: "ngrok", Code: "ERR_NGROK_319", DocURL: "PAGE"}, 1, "ngrok does not provide that URL (ERR_NGROK_319)", "reserve it first: PAGE"},
		{ngrok, &tunnel.Error{Reason: tunnel.Stopped, Service: "ngrok", Code: "ERR_NGROK_727", Message: "x", DocURL: "PAGE"}, 1, "ngrok ended the tunnel (ERR_NGROK_727)", "details: PAGE"},
		{ngrok, &tunnel.Error{Reason: tunnel.Unreachable, Service: "ngrok", Message: "connection refused"}, 1, "can't reach ngrok: connection refused", "if you are behind a proxy, set HTTPS_PROXY"},
		{ngrok, &tunnel.Error{Reason: tunnel.Unreachable, Service: "ngrok", Message: "no such host: x", Err: &net.DNSError{IsNotFound: true}}, 1, "can't reach ngrok: no such host: x", "is this machine online? Through a proxy: HTTPS_PROXY=URL"},
		{ngrok, &tunnel.Error{Reason: tunnel.Unreachable, Service: "ngrok", Message: "x", Err: &tunnel.ProxyError{}}, 1, "can't reach ngrok: x", "is HTTPS_PROXY, which names the proxy, correct? NO_PROXY lists hosts to reach without it"},
		{withProxy, &tunnel.Error{Reason: tunnel.Unreachable, Service: "ngrok", Message: "x", Err: &tunnel.ProxyError{}}, 1, "can't reach ngrok: x", "is ngrok_proxy_url, which names the proxy, correct? To use no proxy: vidiking config unset ngrok-proxy-url"},
		{ngrok, &tunnel.Error{Reason: tunnel.Unverified, Service: "ngrok", Message: "https://a does not lead to this process: no such host: a"}, 1, "https://a does not lead to this process: no such host: a", withoutTunnel},
		{ssh, &tunnel.Error{Reason: tunnel.Refused, Service: "example.com", Message: "the server rejected the login of me"}, 4, "example.com: the server rejected the login of me", "log in as another user: --ssh USER@example.com"},
		{ssh, &tunnel.Error{Reason: tunnel.Taken, Service: "example.com", Message: "the server assigned https://b instead", URL: "https://a"}, 1, "example.com does not provide https://a: the server assigned https://b instead", "try another name, or leave out --url"},
		{ssh, &tunnel.Error{Reason: tunnel.Misconfigured, Service: "example.com", Message: "the key x is no private key"}, 2, "the key x is no private key", ""},
		{ngrok, &tunnel.Error{Reason: tunnel.Stopped, Service: "ngrok", Message: "\x1b[31mboo"}, 1, "ngrok ended the tunnel", withoutTunnel},
	} {
		f := explainTunnel(errors.Join(&TunnelError{Provider: tc.p, Err: tc.err}))
		if f == nil || f.Code != tc.code || f.What != tc.what || tc.hint != "" && !slices.Contains(f.Hints, tc.hint) {
			t.Errorf("%s: got %+v, want %d, %q and %q", tc.err.Reason, f, tc.code, tc.what, tc.hint)
			continue
		}
		if strings.Contains(strings.Join(f.Detail, ""), "\x1b") {
			t.Errorf("%s: the detail contains escape sequences: %q", tc.err.Reason, f.Detail)
		}
	}
	if f := explainTunnel(errors.New("x")); f != nil {
		t.Errorf("got %+v for an unrelated error", f)
	}
}

package listen

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// TunnelError says why there is no tunnel, and which provider was to open it.
type TunnelError struct {
	Provider Provider
	Err      error
}

func (e *TunnelError) Error() string { return e.Err.Error() }
func (e *TunnelError) Unwrap() error { return e.Err }

const (
	withoutAccount = "or use a tunnel that needs no account: --tunnel ssh"
	withoutTunnel  = "or receive from this machine only: --tunnel local"
)

// explainTunnel returns the failure to show for an error of a tunnel; nil for other errors.
func explainTunnel(err error) *output.Failure {
	var of *TunnelError
	var e *tunnel.Error
	if !errors.As(err, &of) || !errors.As(err, &e) {
		return nil
	}
	switch e.Reason {
	case tunnel.Refused:
		return refusedTunnel(of.Provider, e)
	case tunnel.Taken:
		return takenURL(e)
	case tunnel.Limit:
		return &output.Failure{Code: output.ExitFailed, What: withCode("your ngrok account has reached its limit", e), Detail: detail(e), Hints: []string{"see your limits: " + e.DocURL, withoutAccount}}
	case tunnel.KeyChanged:
		return changedKey(e)
	case tunnel.Denied:
		return output.Failed(e, e.Service+" accepts your login, but opens no tunnel: "+messageOf(e),
			"if your proxy leads to it, set both: --url https://…, and vidiking config set ssh-bind localhost:8080")
	case tunnel.Unverified:
		return output.Failed(e, display.Clean(e.Message), "without DNS on this machine, or behind a proxy, vidiking can't verify the tunnel", withoutTunnel)
	case tunnel.Unreachable:
		return output.Failed(e, "can't reach "+e.Service+": "+messageOf(e), of.Provider.proxyHint(e), withoutTunnel)
	case tunnel.Misconfigured:
		return output.Usage(messageOf(e))
	}
	hint := []string{withoutTunnel}
	if e.DocURL != "" {
		hint = []string{"details: " + e.DocURL, withoutTunnel}
	}
	return &output.Failure{Code: output.ExitFailed, What: withCode(e.Service+" ended the tunnel", e), Detail: detail(e), Hints: hint}
}

// proxyHint returns the hint for a service that cannot be reached.
func (p Provider) proxyHint(e *tunnel.Error) string {
	var by *tunnel.ProxyError
	var lookup *net.DNSError
	switch {
	case errors.As(e, &by) && p.ownProxy:
		return "is ngrok_proxy_url, which names the proxy, correct? To use no proxy: vidiking config unset ngrok-proxy-url"
	case errors.As(e, &by):
		return "is HTTPS_PROXY, which names the proxy, correct? NO_PROXY lists hosts to reach without it"
	case errors.As(e, &lookup):
		return output.Offline
	}
	return "if you are behind a proxy, set HTTPS_PROXY"
}

// refusedTunnel returns the failure for credentials that the service refused.
func refusedTunnel(p Provider, e *tunnel.Error) *output.Failure {
	if p.Name == ProviderSSH {
		return &output.Failure{Code: output.ExitCredentials, What: e.Service + ": " + messageOf(e), Hints: []string{
			"log in as another user: --ssh USER@" + e.Service, "use another key: vidiking config set ssh-key ~/.ssh/KEY",
		}}
	}
	// The documented codes (ngrok docs: Errors). For others, see the page that the error names.
	why := map[string]string{
		"ERR_NGROK_105": "it is not a token: ", "ERR_NGROK_106": "it belongs to version 1 of ngrok: ", "ERR_NGROK_107": "it was reset or revoked: ",
		"ERR_NGROK_300": "it was revoked: ",
	}[e.Code]
	return &output.Failure{Code: output.ExitCredentials, What: withCode("ngrok refused the token"+strings.TrimPrefix(p.Note, ", with the token"), e), Hints: []string{
		why + "copy it again from " + e.DocURL, withoutAccount,
	}}
}

// takenURL returns the failure for a URL that is not available.
func takenURL(e *tunnel.Error) *output.Failure {
	hint := "see your domains: " + e.DocURL
	switch e.Code {
	case "":
		return output.Failed(e, fmt.Sprintf("%s does not provide %s: %s", e.Service, e.URL, messageOf(e)), "try another name, or leave out --url")
	case "ERR_NGROK_334":
		hint = "end the session that uses it, or leave out --url: " + e.DocURL
	case "ERR_NGROK_319":
		hint = "reserve it first: " + e.DocURL
	}
	return &output.Failure{Code: output.ExitFailed, What: withCode("ngrok does not provide that URL", e), Detail: detail(e), Hints: []string{hint}}
}

// changedKey returns the failure for a server whose key has changed, or that impersonates another.
func changedKey(e *tunnel.Error) *output.Failure {
	f := output.Failed(e, "the key of "+e.Service+" has changed, so nothing was sent there")
	var changed *tunnel.KeyChangedError
	if errors.As(e, &changed) {
		f.Detail = []string{"before  " + strings.Join(changed.Known, ", "), "now     " + changed.Current}
		f.Hints = []string{
			"another server may be impersonating it. If you know that the server has a new key,",
			fmt.Sprintf("delete line %d of %s", changed.Line, changed.File),
		}
	}
	return f
}

func withCode(what string, e *tunnel.Error) string {
	if e.Code != "" {
		what += " (" + e.Code + ")"
	}
	return what
}

// detail returns the message of the service, which may contain anything.
func detail(e *tunnel.Error) []string { return []string{messageOf(e)} }

func messageOf(e *tunnel.Error) string { return display.Clean(e.Message) }

// Explain returns the failure to show.
func (e *TunnelError) Explain() *output.Failure { return explainTunnel(e) }

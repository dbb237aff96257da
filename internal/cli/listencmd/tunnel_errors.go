package listencmd

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/display"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

// TunnelError is why there is no tunnel, and which way it was to be.
type TunnelError struct {
	Way way
	Err error
}

func (e *TunnelError) Error() string { return e.Err.Error() }
func (e *TunnelError) Unwrap() error { return e.Err }

const (
	withoutAccount = "or go without an account: --tunnel ssh"
	withoutTunnel  = "or receive from this machine alone: --tunnel local"
)

// explainTunnel explains why there is no tunnel.
func explainTunnel(err error) *cmdutil.Failure {
	var of *TunnelError
	var e *tunnel.Error
	if !errors.As(err, &of) || !errors.As(err, &e) {
		return nil
	}
	switch e.Reason {
	case tunnel.Refused:
		return refusedTunnel(of.Way, e)
	case tunnel.Taken:
		return takenURL(e)
	case tunnel.Limit:
		return &cmdutil.Failure{Code: cmdutil.ExitFailed, What: withCode("your ngrok account allows no more", e), Detail: said(e), Hints: []string{"see what it has: " + e.DocURL, withoutAccount}}
	case tunnel.KeyChanged:
		return changedKey(e)
	case tunnel.Denied:
		return cmdutil.Failed(e, e.Service+" lets you in, and there is no tunnel: "+saidBy(e),
			"where a proxy of yours leads to it, name both: --url https://…, and vidiking config set ssh-bind localhost:8080")
	case tunnel.Unverified:
		return cmdutil.Failed(e, display.Clean(e.Message), "where names are not looked up here, or a proxy is between, nobody can tell that it works", withoutTunnel)
	case tunnel.Unreachable:
		return cmdutil.Failed(e, e.Service+" can't be reached: "+saidBy(e), of.Way.wayThere(e), withoutTunnel)
	case tunnel.Misconfigured:
		return cmdutil.Usage(saidBy(e))
	}
	hint := []string{withoutTunnel}
	if e.DocURL != "" {
		hint = []string{"what that means: " + e.DocURL, withoutTunnel}
	}
	return &cmdutil.Failure{Code: cmdutil.ExitFailed, What: withCode(e.Service+" ended the tunnel", e), Detail: said(e), Hints: hint}
}

// wayThere is what to do where the service can't be reached.
func (w way) wayThere(e *tunnel.Error) string {
	var by *tunnel.ProxyError
	var lookup *net.DNSError
	switch {
	case errors.As(e, &by) && w.ownProxy:
		return "the proxy is from ngrok_proxy_url: is it right? Without one: vidiking config unset ngrok-proxy-url"
	case errors.As(e, &by):
		return "the proxy is from HTTPS_PROXY: is it right? NO_PROXY names what goes without it"
	case errors.As(e, &lookup):
		return cmdutil.Offline
	}
	return "behind a proxy: set HTTPS_PROXY"
}

// refusedTunnel explains that the credentials are not taken.
func refusedTunnel(w way, e *tunnel.Error) *cmdutil.Failure {
	if w.Name == waySSH {
		return &cmdutil.Failure{Code: cmdutil.ExitCredentials, What: e.Service + ": " + saidBy(e), Hints: []string{
			"as somebody else: --ssh USER@" + e.Service, "with another key: vidiking config set ssh-key ~/.ssh/KEY",
		}}
	}
	// What is known of the codes (ngrok docs: Errors); of others ngrok's page tells.
	why := map[string]string{
		"ERR_NGROK_105": "it is no token: ", "ERR_NGROK_106": "it is of ngrok's version 1: ", "ERR_NGROK_107": "it was reset or revoked: ",
		"ERR_NGROK_300": "it was revoked: ",
	}[e.Code]
	return &cmdutil.Failure{Code: cmdutil.ExitCredentials, What: withCode("ngrok refused the token"+strings.TrimPrefix(w.Note, ", with the token"), e), Hints: []string{
		why + "copy it again from " + e.DocURL, withoutAccount,
	}}
}

// takenURL explains that the URL can't be had.
func takenURL(e *tunnel.Error) *cmdutil.Failure {
	hint := "see what you have: " + e.DocURL
	switch e.Code {
	case "":
		return cmdutil.Failed(e, fmt.Sprintf("%s can't be had from %s: %s", e.URL, e.Service, saidBy(e)), "another name, or none: leave --url out")
	case "ERR_NGROK_334":
		hint = "end whatever has it, or leave --url out: " + e.DocURL
	case "ERR_NGROK_319":
		hint = "reserve it first: " + e.DocURL
	}
	return &cmdutil.Failure{Code: cmdutil.ExitFailed, What: withCode("ngrok does not give that URL", e), Detail: said(e), Hints: []string{hint}}
}

// changedKey explains that the server is another than before, or says so.
func changedKey(e *tunnel.Error) *cmdutil.Failure {
	f := cmdutil.Failed(e, "the key of "+e.Service+" is another than before, so nothing was sent there")
	var changed *tunnel.KeyChangedError
	if errors.As(e, &changed) {
		f.Detail = []string{"before  " + strings.Join(changed.Known, ", "), "now     " + changed.Current}
		f.Hints = []string{
			"somebody may stand in between. Where you know that the server has a new key,",
			fmt.Sprintf("take line %d out of %s", changed.Line, changed.File),
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

// said is the service's own sentence, which may be anything.
func said(e *tunnel.Error) []string { return []string{saidBy(e)} }

func saidBy(e *tunnel.Error) string { return display.Clean(e.Message) }

// Explain returns the failure to show.
func (e *TunnelError) Explain() *cmdutil.Failure { return explainTunnel(e) }

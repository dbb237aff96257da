package tunnel

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// LocalhostRun is the public server that `--tunnel ssh` uses by default (docs: localhost.run/docs). The user nokey needs no account.
const LocalhostRun = "nokey@localhost.run"

// Target is an SSH server to forward through.
type Target struct {
	User, Host, Port string
}

// ParseTarget parses [USER@]HOST[:PORT], the value of --ssh. The default port is 22.
func ParseTarget(s string) (Target, error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(s, "ssh://"), "/")
	t := Target{Port: "22"}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		t.User, rest = rest[:at], rest[at+1:]
		if t.User == "" {
			return Target{}, fmt.Errorf("missing user before @ in %q", s)
		}
	}
	t.Host = strings.Trim(rest, "[]")
	if host, port, err := net.SplitHostPort(rest); err == nil {
		t.Host, t.Port = host, port
	}
	if t.Host == "" || strings.ContainsAny(t.Host, " /@[]") || strings.Contains(t.Host, ":") && net.ParseIP(t.Host) == nil {
		return Target{}, fmt.Errorf("missing host in %q", s)
	}
	if n, err := strconv.ParseUint(t.Port, 10, 16); err != nil || n == 0 {
		return Target{}, fmt.Errorf("invalid port %q", t.Port)
	}
	return t, nil
}

// Addr returns host:port.
func (t Target) Addr() string { return net.JoinHostPort(t.Host, t.Port) }

// String returns the target in the form that ParseTarget accepts.
func (t Target) String() string {
	s := t.Host
	if t.Port != "22" {
		s = t.Addr()
	}
	if t.User != "" {
		s = t.User + "@" + s
	}
	return s
}

func (t Target) isLocalhostRun() bool { return t.Host == "localhost.run" }

// bind is a remote address to forward: a host name or address and a port, as in ssh -R.
type bind struct {
	host string
	port uint32
}

// parseBind parses HOST:PORT.
func parseBind(s string) (bind, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return bind{}, fmt.Errorf("%q is not HOST:PORT", s)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return bind{}, fmt.Errorf("invalid port %q", port)
	}
	return bind{host, uint32(n)}, nil
}

// bindCandidates lists the remote addresses to request, in order, until the server grants one. localhost.run expects the full name of a
// custom domain; sish expects the part before its own domain. Plain sshd allows port 80 only for root and any free port for other users.
func bindCandidates(t Target, wanted string) []bind {
	u, err := url.Parse(wanted)
	name := ""
	switch {
	case err != nil || wanted == "":
	case t.isLocalhostRun():
		name = u.Hostname()
	default:
		name, _ = strings.CutSuffix(u.Hostname(), "."+t.Host)
		if name == u.Hostname() {
			name = ""
		}
	}
	if name != "" {
		return []bind{{name, 80}}
	}
	if t.isLocalhostRun() {
		return []bind{{"localhost", 80}}
	}
	return []bind{{"localhost", 80}, {"", 0}}
}

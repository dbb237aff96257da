package tunnel

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// LocalhostRun is the public server that needs no account, which `--tunnel ssh` uses (localhost.run/docs). Its user nokey is for those
// without one.
const LocalhostRun = "nokey@localhost.run"

// Target is an SSH server that forwards.
type Target struct {
	User, Host, Port string
}

// ParseTarget reads [USER@]HOST[:PORT], as it stands behind --ssh. The port is 22 where there is none.
func ParseTarget(s string) (Target, error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(s, "ssh://"), "/")
	t := Target{Port: "22"}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		t.User, rest = rest[:at], rest[at+1:]
		if t.User == "" {
			return Target{}, fmt.Errorf("there is nothing before the @ of %q", s)
		}
	}
	t.Host = strings.Trim(rest, "[]")
	if host, port, err := net.SplitHostPort(rest); err == nil {
		t.Host, t.Port = host, port
	}
	if t.Host == "" || strings.ContainsAny(t.Host, " /@[]") || strings.Contains(t.Host, ":") && net.ParseIP(t.Host) == nil {
		return Target{}, fmt.Errorf("%q has no host", s)
	}
	if n, err := strconv.ParseUint(t.Port, 10, 16); err != nil || n == 0 {
		return Target{}, fmt.Errorf("%q is no port", t.Port)
	}
	return t, nil
}

// Addr is host:port.
func (t Target) Addr() string { return net.JoinHostPort(t.Host, t.Port) }

// String is the target as one types it.
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

// bind is what a forward is asked for: a name or address, and a port, as before the third colon of ssh's -R.
type bind struct {
	host string
	port uint32
}

// parseBind reads HOST:PORT.
func parseBind(s string) (bind, error) {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return bind{}, fmt.Errorf("%q is no address with a port", s)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return bind{}, fmt.Errorf("%q is no port", port)
	}
	return bind{host, uint32(n)}, nil
}

// binds are what to ask a server for, in this order, until it grants one. localhost.run takes a name of its own (its custom domains);
// sish takes what stands before its domain. A plain sshd takes port 80 for root alone, and any other that is free for everybody.
func binds(t Target, wanted string) []bind {
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

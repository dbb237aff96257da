package tunnel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// SSHOptions configures a tunnel through an SSH server, in addition to Options.
type SSHOptions struct {
	Target     Target
	URL        string // the requested or known public URL; empty: the one that the server announces
	Bind       string // HOST:PORT to forward on the server; empty: chosen for the server
	KnownHosts string // path of the file with the host keys
	Keys       Keys   // the user's keys
	Version    string // this program's version

	// Heartbeat is the interval of the connection check; 0: 10 s.
	Heartbeat time.Duration
}

const (
	keepAliveInterval = 10 * time.Second
	keepAliveTimeout  = 15 * time.Second // a slow mobile connection may take this long to respond
	// announceTimeout is how long a server may take to announce the URL. If the URL is known and only compared, a fifth of it.
	announceTimeout = 10 * time.Second
	// httpsGrace is how long to wait for an https URL after an http one, because sish announces both.
	httpsGrace = 500 * time.Millisecond
)

// OpenSSH opens a tunnel through an SSH server.
func OpenSSH(o Options, s SSHOptions) Tunnel {
	if s.Heartbeat == 0 {
		s.Heartbeat = keepAliveInterval
	}
	p := &sshProvider{opts: s}
	return startSupervisor(s.Target.Host, o, p.run)
}

// sshProvider connects to the server, requests forwarding, and repeats both after each outage.
type sshProvider struct {
	opts SSHOptions
}

func (p *sshProvider) run(ctx context.Context, s *supervisor) error {
	for {
		err := p.session(ctx, s)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if e := p.permanentError(err, s.URL() != ""); e != nil {
			return e
		}
		s.reportFailure(err, time.Time{})
		if err := s.waitToRetry(ctx); err != nil {
			return err
		}
	}
}

// Errors for requests that a server rejects, as opposed to connection failures.
var (
	errRefused = errors.New("refused") // the login
	errDenied  = errors.New("denied")  // the forwarding
)

// permanentError returns an *Error if retrying is useless, otherwise nil. Once a tunnel was ready (hadURL), a rejection counts as
// temporary because the server may still be starting.
func (p *sshProvider) permanentError(err error, hadURL bool) *Error {
	var e *Error
	var changed *KeyChangedError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &changed):
		return &Error{Reason: KeyChanged, Service: p.opts.Target.Host, Message: changed.Error(), Err: changed}
	case hadURL:
		return nil
	case errors.Is(err, errRefused):
		return &Error{Reason: Refused, Service: p.opts.Target.Host, Message: strings.TrimPrefix(err.Error(), errRefused.Error()+": "), Err: err}
	case errors.Is(err, errDenied):
		return &Error{Reason: Denied, Service: p.opts.Target.Host, Message: strings.TrimPrefix(err.Error(), errDenied.Error()+": "), Err: err}
	}
	return nil
}

// session runs one connection from dialing to its end.
func (p *sshProvider) session(ctx context.Context, s *supervisor) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel(errors.New("connection closed"))
	conn, err := s.opts.dial(ctx, p.opts.Target.Addr())
	if err != nil {
		return err
	}
	work.Go(func() { // canceling ctx aborts whatever is in progress
		<-ctx.Done()
		_ = conn.Close()
	})
	client, err := p.connect(ctx, conn, s)
	if err != nil {
		return sessionError(ctx, err)
	}
	work.Go(func() { cancel(client.Wait()) })
	// Register the handler before requesting forwarding: the first channel may arrive at once.
	channels := client.HandleChannelOpen("forwarded-tcpip")
	work.Go(func() { acceptChannels(channels, func(c net.Conn) { s.offer(ctx, c) }) })
	urls := make(chan string)
	work.Go(func() { readAnnouncedURLs(ctx, client, p.opts.Target, urls) })
	public, err := p.forward(ctx, client, urls)
	if err != nil {
		return sessionError(ctx, err)
	}
	_ = conn.SetDeadline(time.Time{})
	s.setLink(&link{local: conn.LocalAddr(), drop: func() { _ = conn.Close() }})
	defer s.setLink(nil)
	work.Go(func() { cancel(keepAlive(ctx, client, p.opts.Heartbeat)) })
	return sessionError(ctx, p.follow(ctx, s, public, urls))
}

// follow verifies the URL and each later URL that the server announces: localhost.run changes the URLs of anonymous users from time to
// time.
func (p *sshProvider) follow(ctx context.Context, s *supervisor, public string, urls <-chan string) error {
	if err := p.verify(ctx, s, public); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case next, ok := <-urls:
			if !ok {
				urls = nil
				continue
			}
			if p.opts.URL != "" || sameHost(next, public) {
				continue
			}
			public = next
			if err := p.verify(ctx, s, public); err != nil {
				return err
			}
		}
	}
}

// verify waits until the URL leads here. The first time, only the start timeout limits it. After a reconnect it gives up earlier, because
// a new session is the better remedy.
func (p *sshProvider) verify(ctx context.Context, s *supervisor, public string) error {
	if s.URL() != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 2*verifyTimeout)
		defer cancel()
	}
	return s.verify(ctx, public)
}

// sessionError returns the cancellation cause of the session, or else err.
func sessionError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// connect performs the SSH handshake and login under a deadline.
func (p *sshProvider) connect(ctx context.Context, conn net.Conn, s *supervisor) (*ssh.Client, error) {
	hosts := knownHosts{path: p.opts.KnownHosts, onNewKey: func(fingerprint string) { s.emit(State{Kind: Connecting, NewHostKey: fingerprint}) }}
	algorithms, err := hosts.algorithms(p.opts.Target.Addr())
	if err != nil {
		return nil, &Error{Reason: Misconfigured, Service: p.opts.Target.Host, Message: err.Error(), Err: err}
	}
	_ = conn.SetDeadline(time.Now().Add(handshakeTimeout + announceTimeout))
	keys := &keyring{keys: p.opts.Keys}
	defer keys.close()
	c, channels, requests, err := ssh.NewClientConn(conn, p.opts.Target.Addr(), &ssh.ClientConfig{
		User: p.opts.Target.User, Auth: keys.methods(ctx), HostKeyCallback: hosts.check, HostKeyAlgorithms: algorithms,
		ClientVersion: "SSH-2.0-vidiking_" + version(p.opts.Version),
	})
	switch {
	case keys.keyErr != nil:
		return nil, &Error{Reason: Misconfigured, Service: p.opts.Target.Host, Message: keys.keyErr.Error(), Err: keys.keyErr}
	case err != nil && strings.Contains(err.Error(), "unable to authenticate"): // the ssh package has no type for this error
		return nil, fmt.Errorf("%w: the server rejected the login of %s", errRefused, p.opts.Target.User)
	case err != nil:
		return nil, err
	}
	return ssh.NewClient(c, channels, requests), nil
}

// version replaces characters that are not allowed in the SSH version string (RFC 4253, 4.2): spaces and minus signs.
func version(v string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && r != '-' {
			return r
		}
		return '_'
	}, v)
}

// forward requests forwarding and returns the public URL.
func (p *sshProvider) forward(ctx context.Context, client *ssh.Client, urls <-chan string) (string, error) {
	candidates := bindCandidates(p.opts.Target, p.opts.URL)
	if p.opts.Bind != "" {
		b, err := parseBind(p.opts.Bind)
		if err != nil {
			return "", &Error{Reason: Misconfigured, Service: p.opts.Target.Host, Message: err.Error(), Err: err}
		}
		candidates = []bind{b}
	}
	for _, b := range candidates {
		ok, reply, err := client.SendRequest("tcpip-forward", true, ssh.Marshal(&struct {
			Host string
			Port uint32
		}{b.host, b.port}))
		if err != nil {
			return "", err
		}
		if ok {
			return p.publicURL(ctx, allocatedPort(b, reply), urls)
		}
	}
	return "", fmt.Errorf("%w: the server does not forward port %d", errDenied, candidates[len(candidates)-1].port)
}

// allocatedPort returns the port that the server chose, or 0 if the request named one.
func allocatedPort(b bind, reply []byte) uint32 {
	var port struct{ Port uint32 }
	if b.port != 0 || ssh.Unmarshal(reply, &port) != nil {
		return 0
	}
	return port.Port
}

// publicURL returns the tunnel's URL: the announced one, the configured one, or the one with the allocated port.
func (p *sshProvider) publicURL(ctx context.Context, port uint32, urls <-chan string) (string, error) {
	timeout := announceTimeout
	if p.opts.URL != "" || port != 0 {
		timeout /= 5
	}
	found := waitForURL(ctx, urls, timeout)
	switch {
	case found != "" && p.opts.URL != "" && !sameHost(found, p.opts.URL) && p.opts.Target.isOwnURL(p.opts.URL):
		return "", &Error{Reason: Taken, Service: p.opts.Target.Host, Message: "the server assigned " + found + " instead", URL: p.opts.URL}
	case p.opts.URL != "":
		return p.opts.URL, nil
	case found != "":
		return strings.TrimSuffix(found, "/"), nil
	case port != 0:
		return fmt.Sprintf("http://%s", net.JoinHostPort(p.opts.Target.Host, fmt.Sprint(port))), nil
	}
	return "", fmt.Errorf("%w: the server forwards but does not announce a URL", errDenied)
}

// isOwnURL reports whether the server assigns URLs like this one. If it announces another URL then, it did not assign this one.
func (t Target) isOwnURL(wanted string) bool {
	u, err := url.Parse(wanted)
	return err == nil && (t.ownsHost(u.Hostname()) || t.isLocalhostRun())
}

func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && strings.EqualFold(u.Host, v.Host)
}

// waitForURL waits for the URL that the server announces. It returns "" if none arrives in time.
func waitForURL(ctx context.Context, urls <-chan string, timeout time.Duration) string {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	found := ""
	for {
		select {
		case u, ok := <-urls:
			if !ok || strings.HasPrefix(u, "https://") {
				return cmp.Or(u, found)
			}
			found = u
			timer.Reset(httpsGrace)
		case <-timer.C:
			return found
		case <-ctx.Done():
			return ""
		}
	}
}

// keepAlive sends requests to the server at an interval, since SSH itself has no heartbeat. It returns when the server does not respond,
// or when ctx is done.
func keepAlive(ctx context.Context, client *ssh.Client, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		answered := make(chan error, 1)
		go func() {
			_, _, err := client.SendRequest("keepalive@openssh.com", true, nil) // any response counts, including a rejection
			answered <- err
		}()
		late := time.NewTimer(min(keepAliveTimeout, 3*every))
		select {
		case err := <-answered:
			late.Stop()
			if err != nil {
				return err
			}
		case <-late.C:
			return context.DeadlineExceeded
		case <-ctx.Done():
			late.Stop()
			return context.Cause(ctx)
		}
	}
}

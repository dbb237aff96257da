package tunnel

import (
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

// SSHOptions is what the way by an SSH server is made of besides Options.
type SSHOptions struct {
	Target     Target
	URL        string // the public one that is wanted, or known; empty: what the server says
	Bind       string // HOST:PORT that the server is to forward; empty: what suits it
	KnownHosts string // the file that keeps the keys of servers
	Keys       Keys   // ours
	Version    string // of this program

	// Heartbeat is how often the connection is tried; 0: every ten seconds.
	Heartbeat time.Duration
}

const (
	sshHeartbeat = 10 * time.Second
	sshTolerance = 15 * time.Second // for the answer: what a mobile line may take when it is busy
	// announcePatience is how long a server may take to say the URL; half that where it is known already, and only compared.
	announcePatience = 10 * time.Second
	// announceSettle is how long to wait for an https URL behind an http one, since sish says both.
	announceSettle = 500 * time.Millisecond
)

// OpenSSH opens the way by an SSH server.
func OpenSSH(o Options, s SSHOptions) Tunnel {
	if s.Heartbeat == 0 {
		s.Heartbeat = sshHeartbeat
	}
	w := &sshWay{o: s}
	return keep(s.Target.Host, o, w.drive)
}

// sshWay connects, forwards, and does so again after each gap.
type sshWay struct {
	o SSHOptions
}

func (w *sshWay) drive(ctx context.Context, k *keeper) error {
	for {
		err := w.session(ctx, k)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if e := w.final(err, k.URL() != ""); e != nil {
			return e
		}
		k.trouble(err, time.Time{})
		if err := k.pause(ctx); err != nil {
			return err
		}
	}
}

// What a server refuses, in contrast to what fails on the way to it.
var (
	errRefused = errors.New("refused") // to let us in
	errDenied  = errors.New("denied")  // to forward
)

// final makes an *Error of what trying again can't mend. After a tunnel was there, a refusal may be a server's that is still starting.
func (w *sshWay) final(err error, returns bool) *Error {
	var e *Error
	var changed *KeyChangedError
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &changed):
		return &Error{Reason: KeyChanged, Service: w.o.Target.Host, Message: changed.Error(), Err: changed}
	case returns:
		return nil
	case errors.Is(err, errRefused):
		return &Error{Reason: Refused, Service: w.o.Target.Host, Message: strings.TrimPrefix(err.Error(), errRefused.Error()+": "), Err: err}
	case errors.Is(err, errDenied):
		return &Error{Reason: Denied, Service: w.o.Target.Host, Message: strings.TrimPrefix(err.Error(), errDenied.Error()+": "), Err: err}
	}
	return nil
}

// session is one connection, from the dial to its end.
func (w *sshWay) session(ctx context.Context, k *keeper) error {
	ctx, end := context.WithCancelCause(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer end(errors.New("connection closed"))
	conn, err := k.o.dial(ctx, w.o.Target.Addr())
	if err != nil {
		return err
	}
	work.Go(func() { // whatever is under way ends with ctx
		<-ctx.Done()
		_ = conn.Close()
	})
	client, err := w.connect(ctx, conn, k)
	if err != nil {
		return because(ctx, err)
	}
	work.Go(func() { end(client.Wait()) })
	// The channels are taken before they are asked for: the first may come at once.
	channels := client.HandleChannelOpen("forwarded-tcpip")
	work.Go(func() { take(channels, func(c net.Conn) { k.offer(ctx, c) }) })
	said := make(chan string)
	work.Go(func() { listenTo(ctx, client, w.o.Target, said) })
	public, err := w.forward(ctx, client, said)
	if err != nil {
		return because(ctx, err)
	}
	_ = conn.SetDeadline(time.Time{})
	k.hold(&link{local: conn.LocalAddr(), drop: func() { _ = conn.Close() }})
	defer k.hold(nil)
	work.Go(func() { end(beat(ctx, client, w.o.Heartbeat)) })
	return because(ctx, w.follow(ctx, k, public, said))
}

// follow proves the URL, and each that the server says after it: localhost.run changes those of guests now and then.
func (w *sshWay) follow(ctx context.Context, k *keeper, public string, said <-chan string) error {
	if err := w.prove(ctx, k, public); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case next, ok := <-said:
			if !ok {
				said = nil
				continue
			}
			if w.o.URL != "" || sameHost(next, public) {
				continue
			}
			public = next
			if err := w.prove(ctx, k, public); err != nil {
				return err
			}
		}
	}
}

// prove waits until the URL leads here: of the first time until the tunnel loses hope, of a return until it is better to begin anew.
func (w *sshWay) prove(ctx context.Context, k *keeper, public string) error {
	if k.URL() != "" {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 2*proofPatience)
		defer cancel()
	}
	return k.prove(ctx, public)
}

// because is why a session ended: its own end, else err.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// connect shakes hands, within a time of its own, and says who we are.
func (w *sshWay) connect(ctx context.Context, conn net.Conn, k *keeper) (*ssh.Client, error) {
	book := keyBook{path: w.o.KnownHosts, kept: func(fingerprint string) { k.say(State{Kind: Connecting, NewHostKey: fingerprint}) }}
	algorithms, err := book.algorithms(w.o.Target.Addr())
	if err != nil {
		return nil, &Error{Reason: Misconfigured, Service: w.o.Target.Host, Message: err.Error(), Err: err}
	}
	_ = conn.SetDeadline(time.Now().Add(handshakePatience + announcePatience))
	keys := &ring{keys: w.o.Keys}
	defer keys.close()
	c, channels, requests, err := ssh.NewClientConn(conn, w.o.Target.Addr(), &ssh.ClientConfig{
		User: w.o.Target.User, Auth: keys.methods(ctx), HostKeyCallback: book.check, HostKeyAlgorithms: algorithms,
		ClientVersion: "SSH-2.0-vidiking_" + version(w.o.Version),
	})
	switch {
	case keys.bad != nil:
		return nil, &Error{Reason: Misconfigured, Service: w.o.Target.Host, Message: keys.bad.Error(), Err: keys.bad}
	case err != nil && strings.Contains(err.Error(), "unable to authenticate"): // the package has no type for it
		return nil, fmt.Errorf("%w: it does not let %s in", errRefused, w.o.Target.User)
	case err != nil:
		return nil, err
	}
	return ssh.NewClient(c, channels, requests), nil
}

// version is a version as it may stand in SSH's greeting (RFC 4253, 4.2): no blanks, no minus.
func version(v string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && r != '-' {
			return r
		}
		return '_'
	}, v)
}

// forward asks the server to forward, and returns the public URL.
func (w *sshWay) forward(ctx context.Context, client *ssh.Client, said <-chan string) (string, error) {
	asked := binds(w.o.Target, w.o.URL)
	if w.o.Bind != "" {
		b, err := parseBind(w.o.Bind)
		if err != nil {
			return "", &Error{Reason: Misconfigured, Service: w.o.Target.Host, Message: err.Error(), Err: err}
		}
		asked = []bind{b}
	}
	for _, b := range asked {
		ok, reply, err := client.SendRequest("tcpip-forward", true, ssh.Marshal(&struct {
			Host string
			Port uint32
		}{b.host, b.port}))
		if err != nil {
			return "", err
		}
		if ok {
			return w.publicURL(ctx, allocated(b, reply), said)
		}
	}
	return "", fmt.Errorf("%w: it does not forward port %d", errDenied, asked[len(asked)-1].port)
}

// allocated is the port that the server chose, where it was left to it; else 0.
func allocated(b bind, reply []byte) uint32 {
	var port struct{ Port uint32 }
	if b.port != 0 || ssh.Unmarshal(reply, &port) != nil {
		return 0
	}
	return port.Port
}

// publicURL is where the tunnel begins: what the server says, or what we were told, or the port that was chosen.
func (w *sshWay) publicURL(ctx context.Context, port uint32, said <-chan string) (string, error) {
	patience := announcePatience
	if w.o.URL != "" || port != 0 {
		patience /= 5
	}
	found := awaitURL(ctx, said, patience)
	switch {
	case found != "" && w.o.URL != "" && !sameHost(found, w.o.URL) && w.o.Target.announces(w.o.URL):
		return "", &Error{Reason: Taken, Service: w.o.Target.Host, Message: "it gives " + found + " instead", URL: w.o.URL}
	case w.o.URL != "":
		return w.o.URL, nil
	case found != "":
		return strings.TrimSuffix(found, "/"), nil
	case port != 0:
		return fmt.Sprintf("http://%s", net.JoinHostPort(w.o.Target.Host, fmt.Sprint(port))), nil
	}
	return "", fmt.Errorf("%w: it forwards, and does not say from which URL", errDenied)
}

// announces reports whether the URL is one that the server would give, so that another one means that it did not.
func (t Target) announces(wanted string) bool {
	u, err := url.Parse(wanted)
	return err == nil && (t.serves(u.Hostname()) || t.isLocalhostRun())
}

func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && strings.EqualFold(u.Host, v.Host)
}

// awaitURL waits for the URL that the server says; empty where it says none in time, or can't.
func awaitURL(ctx context.Context, said <-chan string, patience time.Duration) string {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	found := ""
	for {
		select {
		case u, ok := <-said:
			if !ok || strings.HasPrefix(u, "https://") {
				return prefer(u, found)
			}
			found = u
			timer.Reset(announceSettle)
		case <-timer.C:
			return found
		case <-ctx.Done():
			return ""
		}
	}
}

func prefer(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// beat asks the server whether it is there, since SSH itself never does. It returns why it is not, or when ctx ends.
func beat(ctx context.Context, client *ssh.Client, every time.Duration) error {
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
			_, _, err := client.SendRequest("keepalive@openssh.com", true, nil) // any answer will do, a refusal too
			answered <- err
		}()
		late := time.NewTimer(min(sshTolerance, 3*every))
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

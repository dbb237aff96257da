package testkit

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"net"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"
)

// SSHStyle is how an SSHServer says where a tunnel begins.
type SSHStyle string

// The styles, each as the servers of that kind do.
const (
	SSHEvent      SSHStyle = "event"      // localhost.run: an object a line, where `--output json` is executed
	SSHCloudEvent SSHStyle = "cloudevent" // localhost.run: the same as CloudEvents
	SSHSish       SSHStyle = "sish"       // coloured text in the shell, which names where a connection is for as its sender
	SSHPlain      SSHStyle = "plain"      // sshd: it says nothing, has no shell for us, and forwards no port below 1024
)

// SSHServer forwards connections that come to loopback, as the public servers and sshd do for -R. It lets everybody in, until LetIn
// says whom.
type SSHServer struct {
	tb    testing.TB
	style SSHStyle
	addr  string

	mu      sync.Mutex
	ln      net.Listener
	conns   map[net.Conn]bool
	host    ssh.Signer
	key     ssh.PublicKey           // who is let in; nil: everybody
	granted map[string]net.Listener // by what was asked for: the same name again leads to the same place, but for localhost.run's guests
	held    []func()                // lets go of the ports that were given
	clients map[*sshClient]bool
	deaf    bool // it answers no keepalive
	down    bool
	users   []string
	said    []chan string // to each session: what else to say

	running sync.WaitGroup
}

// NewSSHServer starts an SSHServer on 127.0.0.1.
func NewSSHServer(tb testing.TB, style SSHStyle) *SSHServer {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	s := &SSHServer{tb: tb, style: style, addr: l.Addr().String(), conns: map[net.Conn]bool{}, granted: map[string]net.Listener{}}
	s.clients = map[*sshClient]bool{}
	s.NewKey()
	s.ln = l
	s.running.Go(func() { s.accept(l) })
	tb.Cleanup(s.stop)
	return s
}

// Addr is where it listens.
func (s *SSHServer) Addr() string { return s.addr }

// NewKey gives the server another key, as when somebody else answers in its place.
func (s *SSHServer) NewKey() {
	s.tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.tb.Fatalf("make a key: %v", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		s.tb.Fatalf("use a key: %v", err)
	}
	s.set(func() { s.host = signer })
}

// LetIn takes nobody from now on but who has the key.
func (s *SSHServer) LetIn(key ssh.PublicKey) { s.set(func() { s.key = key }) }

// Freeze makes the server answer no keepalive from now on, as a peer that is gone without a word.
func (s *SSHServer) Freeze() { s.set(func() { s.deaf = true }) }

// Say prints a line to every session.
func (s *SSHServer) Say(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.said {
		c <- line
	}
}

// Drop cuts every connection. What its client was given is free before that knows, and so can be given again.
func (s *SSHServer) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.clients {
		c.close()
	}
	for c := range s.conns {
		_ = c.Close()
	}
}

// Down stops it.
func (s *SSHServer) Down() {
	s.mu.Lock()
	s.down = true
	_ = s.ln.Close()
	s.mu.Unlock()
	s.Drop()
}

// Users are who logged in so far.
func (s *SSHServer) Users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.users...)
}

func (s *SSHServer) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *SSHServer) stop() {
	s.Down()
	s.mu.Lock()
	for _, l := range s.granted {
		_ = l.Close()
	}
	for _, release := range s.held {
		release()
	}
	s.mu.Unlock()
	s.running.Wait()
}

func (s *SSHServer) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.set(func() {
			s.conns[c] = true
			if s.down { // while this one was accepted
				_ = c.Close()
			}
		})
		s.running.Go(func() {
			defer s.set(func() { delete(s.conns, c) })
			defer c.Close()
			s.serve(c)
		})
	}
}

func (s *SSHServer) config() *ssh.ServerConfig {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.key
	config := &ssh.ServerConfig{NoClientAuth: key == nil}
	if key != nil {
		config.PublicKeyCallback = func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
			if string(offered.Marshal()) != string(key.Marshal()) {
				return nil, fmt.Errorf("not this key")
			}
			return nil, nil
		}
	}
	config.AddHostKey(s.host)
	return config
}

// serve is one client, from the handshake to its end.
func (s *SSHServer) serve(c net.Conn) {
	conn, channels, requests, err := ssh.NewServerConn(c, s.config())
	if err != nil {
		return
	}
	s.set(func() { s.users = append(s.users, conn.User()) })
	client := &sshClient{server: s, conn: conn, lines: make(chan string, 64)}
	s.set(func() {
		s.said = append(s.said, client.lines)
		s.clients[client] = true
	})
	defer s.set(func() { delete(s.clients, client) })
	var working sync.WaitGroup
	defer working.Wait()
	defer client.close()
	working.Go(func() { client.requests(requests) })
	for channel := range channels {
		if channel.ChannelType() != "session" {
			_ = channel.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		ch, asked, err := channel.Accept()
		if err != nil {
			return
		}
		working.Go(func() { client.session(ch, asked) })
	}
}

// copyBoth carries bytes both ways until both sides have said all.
func copyBoth(c net.Conn, ch ssh.Channel) {
	pipe(c, ch, func() { _ = ch.CloseWrite() })
}

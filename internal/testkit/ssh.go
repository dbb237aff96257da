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

// SSHStyle is the way in which an SSHServer announces a tunnel's URL.
type SSHStyle string

// The styles, each named after the servers that use it.
const (
	SSHEvent      SSHStyle = "event"      // localhost.run: one JSON object per line, if the client executes `--output json`
	SSHCloudEvent SSHStyle = "cloudevent" // localhost.run: the same in the CloudEvents format
	SSHSish       SSHStyle = "sish"       // colored text in the shell; the sender of a connection is a host name, not an address
	SSHPlain      SSHStyle = "plain"      // sshd: announces nothing, offers no shell, and forwards no port below 1024
)

// SSHServer forwards connections from loopback to its clients, as public servers and sshd do for ssh -R. It accepts every client,
// unless RequireKey is called.
type SSHServer struct {
	tb    testing.TB
	style SSHStyle
	addr  string

	mu               sync.Mutex
	ln               net.Listener
	conns            map[net.Conn]bool
	hostKey          ssh.Signer
	allowedKey       ssh.PublicKey           // nil: every client is accepted
	listeners        map[string]net.Listener // by requested host and port; except for localhost.run, the same request gets the same address again
	releases         []func()                // release the reserved ports
	clients          map[*sshClient]bool
	ignoreKeepalives bool
	stopped          bool
	users            []string
	sessions         []chan string // lines to print, per session

	running sync.WaitGroup
}

// NewSSHServer starts an SSHServer on 127.0.0.1.
func NewSSHServer(tb testing.TB, style SSHStyle) *SSHServer {
	tb.Helper()
	l := listen(tb, "127.0.0.1:0")
	s := &SSHServer{tb: tb, style: style, addr: l.Addr().String(), conns: map[net.Conn]bool{}, listeners: map[string]net.Listener{}}
	s.clients = map[*sshClient]bool{}
	s.ReplaceHostKey()
	s.ln = l
	s.running.Go(func() { s.accept(l) })
	tb.Cleanup(s.shutdown)
	return s
}

// Addr returns the server's address.
func (s *SSHServer) Addr() string { return s.addr }

// ReplaceHostKey gives the server another host key, as an impostor would have.
func (s *SSHServer) ReplaceHostKey() {
	s.tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.tb.Fatalf("generate a key: %v", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		s.tb.Fatalf("use a key: %v", err)
	}
	s.withLock(func() { s.hostKey = signer })
}

// RequireKey makes the server accept only clients with this key.
func (s *SSHServer) RequireKey(key ssh.PublicKey) { s.withLock(func() { s.allowedKey = key }) }

// IgnoreKeepalives makes the server stop responding to keepalives, as a peer does that vanished from the network.
func (s *SSHServer) IgnoreKeepalives() { s.withLock(func() { s.ignoreKeepalives = true }) }

// Print prints a line to every session.
func (s *SSHServer) Print(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sessions {
		c <- line
	}
}

// DropConnections closes every connection. It first closes the clients' listeners, which lets clients get the same addresses as soon
// as they reconnect.
func (s *SSHServer) DropConnections() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.clients {
		c.close()
	}
	for c := range s.conns {
		_ = c.Close()
	}
}

// Stop closes the listener and every connection.
func (s *SSHServer) Stop() {
	s.mu.Lock()
	s.stopped = true
	_ = s.ln.Close()
	s.mu.Unlock()
	s.DropConnections()
}

// Users returns the names of the users who have logged in.
func (s *SSHServer) Users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.users...)
}

func (s *SSHServer) withLock(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *SSHServer) shutdown() {
	s.Stop()
	s.mu.Lock()
	for _, l := range s.listeners {
		_ = l.Close()
	}
	for _, release := range s.releases {
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
		s.withLock(func() {
			s.conns[c] = true
			if s.stopped { // stopped meanwhile
				_ = c.Close()
			}
		})
		s.running.Go(func() {
			defer s.withLock(func() { delete(s.conns, c) })
			defer c.Close()
			s.serve(c)
		})
	}
}

func (s *SSHServer) config() *ssh.ServerConfig {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.allowedKey
	config := &ssh.ServerConfig{NoClientAuth: key == nil}
	if key != nil {
		config.PublicKeyCallback = func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
			if string(offered.Marshal()) != string(key.Marshal()) {
				return nil, fmt.Errorf("unknown key")
			}
			return nil, nil
		}
	}
	config.AddHostKey(s.hostKey)
	return config
}

// serve runs one client connection, from the handshake to the end.
func (s *SSHServer) serve(c net.Conn) {
	conn, channels, requests, err := ssh.NewServerConn(c, s.config())
	if err != nil {
		return
	}
	s.withLock(func() { s.users = append(s.users, conn.User()) })
	client := &sshClient{server: s, conn: conn, lines: make(chan string, 64)}
	s.withLock(func() {
		s.sessions = append(s.sessions, client.lines)
		s.clients[client] = true
	})
	defer s.withLock(func() { delete(s.clients, client) })
	var handlers sync.WaitGroup
	defer handlers.Wait()
	defer client.close()
	handlers.Go(func() { client.serveRequests(requests) })
	for channel := range channels {
		if channel.ChannelType() != "session" {
			_ = channel.Reject(ssh.UnknownChannelType, "only sessions")
			continue
		}
		ch, requests, err := channel.Accept()
		if err != nil {
			return
		}
		handlers.Go(func() { client.serveSession(ch, requests) })
	}
}

// pipeChannel copies bytes both ways until both sides have closed.
func pipeChannel(c net.Conn, ch ssh.Channel) {
	pipe(c, ch, func() { _ = ch.CloseWrite() })
}

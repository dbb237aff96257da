package testkit

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/crypto/ssh"
)

// sshClient is one client of an SSHServer.
type sshClient struct {
	server *SSHServer
	conn   *ssh.ServerConn
	lines  chan string // lines that the server prints in the client's session

	mu        sync.Mutex
	listeners []net.Listener // closed with the client
}

func (c *sshClient) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.listeners {
		_ = l.Close()
	}
}

// serveRequests responds to requests about the whole connection.
func (c *sshClient) serveRequests(requests <-chan *ssh.Request) {
	for r := range requests {
		switch r.Type {
		case "tcpip-forward":
			port, ok := c.forward(r.Payload)
			_ = r.Reply(ok, ssh.Marshal(&struct{ Port uint32 }{port}))
		default:
			c.server.mu.Lock()
			ignoreKeepalives := c.server.ignoreKeepalives
			c.server.mu.Unlock()
			if r.WantReply && !ignoreKeepalives {
				_ = r.Reply(false, nil)
			}
		}
	}
}

// forward opens a public listener and announces its URL.
func (c *sshClient) forward(payload []byte) (port uint32, ok bool) {
	var request struct {
		Host string
		Port uint32
	}
	if ssh.Unmarshal(payload, &request) != nil {
		return 0, false
	}
	plain := c.server.style == SSHPlain
	if plain && request.Port > 0 && request.Port < 1024 {
		return 0, false
	}
	ln, err := c.listen(request.Host, request.Port)
	if err != nil {
		return 0, false
	}
	port = uint32(ln.Addr().(*net.TCPAddr).Port)
	c.mu.Lock()
	c.listeners = append(c.listeners, ln)
	c.mu.Unlock()
	c.server.running.Go(func() { c.acceptForwarded(ln, request.Host, request.Port) })
	for _, line := range c.bannerLines("http://" + ln.Addr().String()) {
		c.lines <- line
	}
	return port, true
}

// listen listens on the address that the same request got before. localhost.run gives anonymous users a new one each time.
func (c *sshClient) listen(host string, port uint32) (net.Listener, error) {
	s := c.server
	name := net.JoinHostPort(host, strconv.Itoa(int(port)))
	s.mu.Lock()
	defer s.mu.Unlock()
	address := ""
	if previous := s.listeners[name]; previous != nil && (s.style == SSHSish || s.style == SSHPlain) {
		address = previous.Addr().String()
		_ = previous.Close() // the server may not have noticed yet that its owner disconnected
	}
	if s.style == SSHPlain && port != 0 {
		address = fmt.Sprintf("127.0.0.1:%d", port)
	}
	var ln net.Listener
	var err error
	if address != "" {
		ln, err = net.Listen("tcp", address)
	} else {
		var release func()
		ln, release, err = listenReserved("127.0.0.1:0")
		s.releases = append(s.releases, release)
	}
	if err == nil {
		s.listeners[name] = ln
	}
	return ln, err
}

// bannerLines returns the lines that announce url, mixed with lines that contain other URLs.
func (c *sshClient) bannerLines(url string) []string {
	switch c.server.style {
	case SSHEvent:
		return []string{`{"message":"welcome, see https://localhost.run/docs/"}`, `{"event":"tcpip-forward","address":"` + url + `","status":"success"}`}
	case SSHCloudEvent:
		return []string{
			`{"specversion":"1.0","type":"run.localhost.v1.banner","data":{"text":"https://admin.localhost.run/"}}`,
			`{"specversion":"1.0","id":"1","type":"run.localhost.v1.tcpip_forward.register.accepted","data":{"domain":"` + url + `","note":"see https://localhost.run/docs/"}}`,
		}
	case SSHSish:
		return []string{
			"Press Ctrl-C to close the session. News: https://example.com/sish",
			"Starting SSH Forwarding service for \x1b[36mhttp:80\x1b[0m. Forwarded connections can be accessed via the following methods:",
			"\x1b[32mHTTP\x1b[0m: \x1b[4m" + url + "\x1b[0m",
		}
	default:
		return nil
	}
}

// acceptForwarded forwards the connections of a public listener to the client.
func (c *sshClient) acceptForwarded(ln net.Listener, host string, port uint32) {
	var connections sync.WaitGroup
	defer connections.Wait()
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		connections.Go(func() {
			defer conn.Close()
			origin := conn.RemoteAddr().(*net.TCPAddr)
			from := origin.IP.String()
			if c.server.style == SSHSish {
				from = "forwarded-for-" + host // not an IP address, which some libraries reject
			}
			ch, requests, err := c.conn.OpenChannel("forwarded-tcpip", ssh.Marshal(&struct {
				Addr       string
				Port       uint32
				OriginAddr string
				OriginPort uint32
			}{host, port, from, uint32(origin.Port)}))
			if err != nil {
				return
			}
			go ssh.DiscardRequests(requests)
			pipeChannel(conn, ch)
		})
	}
}

// serveSession prints the server's lines if the client requests them as the style requires. It stays open until the client closes it.
func (c *sshClient) serveSession(ch ssh.Channel, requests <-chan *ssh.Request) {
	defer ch.Close()
	for r := range requests {
		command := ""
		if len(r.Payload) > 4 {
			command = string(r.Payload[4:])
		}
		json := c.server.style == SSHEvent || c.server.style == SSHCloudEvent
		ok := r.Type == "exec" && json && strings.Contains(command, "--output json") || r.Type == "shell" && c.server.style == SSHSish
		_ = r.Reply(ok, nil)
		if ok {
			c.server.running.Go(func() { c.printLines(ch) })
		}
	}
}

func (c *sshClient) printLines(ch ssh.Channel) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		var b [1]byte
		for {
			if _, err := ch.Read(b[:]); err != nil {
				return
			}
		}
	}()
	for {
		select {
		case line := <-c.lines:
			if _, err := ch.Write([]byte(line + "\r\n")); err != nil {
				return
			}
		case <-ended:
			return
		}
	}
}

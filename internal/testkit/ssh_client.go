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
	lines  chan string // what the server says in its session

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

// requests answers what is asked for the whole connection.
func (c *sshClient) requests(requests <-chan *ssh.Request) {
	for r := range requests {
		switch r.Type {
		case "tcpip-forward":
			port, ok := c.forward(r.Payload)
			_ = r.Reply(ok, ssh.Marshal(&struct{ Port uint32 }{port}))
		default:
			c.server.mu.Lock()
			deaf := c.server.deaf
			c.server.mu.Unlock()
			if r.WantReply && !deaf {
				_ = r.Reply(false, nil)
			}
		}
	}
}

// forward opens a public place and says where it is.
func (c *sshClient) forward(payload []byte) (port uint32, ok bool) {
	var asked struct {
		Host string
		Port uint32
	}
	if ssh.Unmarshal(payload, &asked) != nil {
		return 0, false
	}
	plain := c.server.style == SSHPlain
	if plain && asked.Port > 0 && asked.Port < 1024 {
		return 0, false
	}
	ln, err := c.place(asked.Host, asked.Port)
	if err != nil {
		return 0, false
	}
	port = uint32(ln.Addr().(*net.TCPAddr).Port)
	c.mu.Lock()
	c.listeners = append(c.listeners, ln)
	c.mu.Unlock()
	c.server.running.Go(func() { c.take(ln, asked.Host, asked.Port) })
	for _, line := range c.announcement("http://" + ln.Addr().String()) {
		c.lines <- line
	}
	return port, true
}

// place listens where the same name was before. localhost.run has another for its guests each time.
func (c *sshClient) place(host string, port uint32) (net.Listener, error) {
	s := c.server
	name := net.JoinHostPort(host, strconv.Itoa(int(port)))
	s.mu.Lock()
	defer s.mu.Unlock()
	address := ""
	if before := s.granted[name]; before != nil && (s.style == SSHSish || s.style == SSHPlain) {
		address = before.Addr().String()
		_ = before.Close() // whose it was may have gone without anybody here knowing yet
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
		ln, release, err = listenHeld("127.0.0.1:0")
		s.held = append(s.held, release)
	}
	if err == nil {
		s.granted[name] = ln
	}
	return ln, err
}

// announcement is what the server prints, among other things that hold URLs too.
func (c *sshClient) announcement(url string) []string {
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

// take hands on what comes to a public place.
func (c *sshClient) take(ln net.Listener, host string, port uint32) {
	var carrying sync.WaitGroup
	defer carrying.Wait()
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		carrying.Go(func() {
			defer conn.Close()
			origin := conn.RemoteAddr().(*net.TCPAddr)
			from := origin.IP.String()
			if c.server.style == SSHSish {
				from = "forwarded-for-" + host // no address: what libraries that expect one stumble over
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
			copyBoth(conn, ch)
		})
	}
}

// session says what there is to say to who asks as the style wants it, and stays open until its input ends.
func (c *sshClient) session(ch ssh.Channel, requests <-chan *ssh.Request) {
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
			c.server.running.Go(func() { c.print(ch) })
		}
	}
}

func (c *sshClient) print(ch ssh.Channel) {
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

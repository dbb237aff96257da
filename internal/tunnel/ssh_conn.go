package tunnel

import (
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// channelConn is a channel of SSH as a connection with deadlines, which a server needs against senders that stall, and to let go of a
// connection that waits for a next request. Reading goes through a pipe that has them.
type channelConn struct {
	net.Conn // the pipe's end to read from

	channel       ssh.Channel
	local, remote net.Addr

	mu    sync.Mutex
	timer *time.Timer // ends the channel at the deadline for writing; nil where there is none
}

func newChannelConn(channel ssh.Channel, local, remote net.Addr) *channelConn {
	near, far := net.Pipe()
	go func() {
		_, _ = io.Copy(far, channel)
		_ = far.Close() // what is said back has a way of its own
	}()
	return &channelConn{Conn: near, channel: channel, local: local, remote: remote}
}

func (c *channelConn) Write(p []byte) (int, error) { return c.channel.Write(p) }
func (c *channelConn) CloseWrite() error           { return c.channel.CloseWrite() }
func (c *channelConn) LocalAddr() net.Addr         { return c.local }
func (c *channelConn) RemoteAddr() net.Addr        { return c.remote }

func (c *channelConn) Close() error {
	_ = c.SetWriteDeadline(time.Time{})
	_ = c.Conn.Close()
	return c.channel.Close()
}

func (c *channelConn) SetDeadline(t time.Time) error {
	_ = c.SetWriteDeadline(t)
	return c.SetReadDeadline(t)
}

// SetWriteDeadline closes the channel at the deadline: after half an answer there is no other use for it.
func (c *channelConn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
		c.timer = nil
	}
	if !t.IsZero() {
		c.timer = time.AfterFunc(time.Until(t), func() { _ = c.channel.Close() })
	}
	return nil
}

// forwarded is what a server says of a connection that it forwards (RFC 4254, 7.2). The sender's address is text: sish writes a name
// there.
type forwarded struct {
	Addr       string
	Port       uint32
	OriginAddr string
	OriginPort uint32
}

// textAddr is an address in whatever words a server has for it.
type textAddr string

func (textAddr) Network() string  { return "tcp" }
func (a textAddr) String() string { return string(a) }

// take makes connections of the channels that a server opens, and hands each on. It returns when the client is closed.
func take(channels <-chan ssh.NewChannel, offer func(net.Conn)) {
	var handing sync.WaitGroup // offer may wait, and the next channel must not
	defer handing.Wait()
	for asked := range channels {
		var f forwarded
		if ssh.Unmarshal(asked.ExtraData(), &f) != nil {
			_ = asked.Reject(ssh.ConnectionFailed, "that is no forwarded connection")
			continue
		}
		channel, requests, err := asked.Accept()
		if err != nil {
			continue
		}
		go ssh.DiscardRequests(requests)
		local := textAddr(net.JoinHostPort(f.Addr, strconv.Itoa(int(f.Port))))
		remote := textAddr(net.JoinHostPort(f.OriginAddr, strconv.Itoa(int(f.OriginPort))))
		handing.Go(func() { offer(newChannelConn(channel, local, remote)) })
	}
}

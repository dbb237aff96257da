package tunnel

import (
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// channelConn is an SSH channel as a net.Conn with deadlines. A server needs deadlines to drop stalled senders and idle connections.
// Reads go through a pipe, which supports them.
type channelConn struct {
	net.Conn // the read end of the pipe

	channel       ssh.Channel
	local, remote net.Addr

	mu    sync.Mutex
	timer *time.Timer // closes the channel at the write deadline; nil without one
}

func newChannelConn(channel ssh.Channel, local, remote net.Addr) *channelConn {
	near, far := net.Pipe()
	go func() {
		_, _ = io.Copy(far, channel)
		_ = far.Close() // the write direction stays open
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

// SetWriteDeadline closes the channel at the deadline: after a partial response it is useless anyway.
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

// forwarded is the server's description of a forwarded connection (RFC 4254, 7.2). The sender's address is text because sish sends a
// name.
type forwarded struct {
	Addr       string
	Port       uint32
	OriginAddr string
	OriginPort uint32
}

// textAddr is a net.Addr with the text that the server sent.
type textAddr string

func (textAddr) Network() string  { return "tcp" }
func (a textAddr) String() string { return string(a) }

// acceptChannels accepts the channels that the server opens and passes each to offer. It returns when the client is closed.
func acceptChannels(channels <-chan ssh.NewChannel, offer func(net.Conn)) {
	var handing sync.WaitGroup // offer may block, which must not delay the next channel
	defer handing.Wait()
	for asked := range channels {
		var f forwarded
		if ssh.Unmarshal(asked.ExtraData(), &f) != nil {
			_ = asked.Reject(ssh.ConnectionFailed, "not a forwarded connection")
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

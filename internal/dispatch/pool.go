package dispatch

import (
	"slices"
	"sync"
	"time"
)

// pool keeps idle connections to plain HTTP handlers.
type pool struct {
	dial     dialFunc
	idleTime time.Duration

	mu    sync.Mutex
	idle  map[string][]*directConn // by address, longest idle first
	timer *time.Timer              // closes expired connections; nil if none is idle
}

func newPool(dial dialFunc) *pool {
	return &pool{dial: dial, idleTime: idleTime, idle: map[string][]*directConn{}}
}

// get returns the connection that was used last, or nil. It skips and closes connections that the handler has closed, or on which it
// has sent unexpected data.
func (p *pool) get(address string) *directConn {
	for {
		c := p.pop(address)
		if c == nil || isQuiet(c.conn.Conn) {
			return c
		}
		_ = c.Close()
	}
}

func (p *pool) pop(address string) *directConn {
	p.mu.Lock()
	defer p.mu.Unlock()
	conns := p.idle[address]
	if len(conns) == 0 {
		return nil
	}
	last := len(conns) - 1
	c := conns[last]
	conns[last], p.idle[address] = nil, conns[:last]
	return c
}

func (p *pool) put(c *directConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle[c.address]) == maxIdle {
		_ = c.Close()
		return
	}
	c.idleSince = time.Now()
	p.idle[c.address] = append(p.idle[c.address], c)
	if p.timer == nil {
		p.timer = time.AfterFunc(p.idleTime, p.closeExpired)
	}
}

func (p *pool) closeExpired() { p.closeIdleSince(time.Now().Add(-p.idleTime)) }

// closeIdle closes all idle connections.
func (p *pool) closeIdle() { p.closeIdleSince(time.Now()) }

// closeIdleSince closes the connections that have been idle since limit, and schedules the next call.
func (p *pool) closeIdleSince(limit time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var oldest time.Time
	for address, conns := range p.idle {
		n := 0
		for ; n < len(conns) && !conns[n].idleSince.After(limit); n++ {
			_ = conns[n].Close()
		}
		if conns = slices.Delete(conns, 0, n); len(conns) == 0 {
			delete(p.idle, address)
			continue
		}
		p.idle[address] = conns
		if oldest.IsZero() || conns[0].idleSince.Before(oldest) {
			oldest = conns[0].idleSince
		}
	}
	if oldest.IsZero() && p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	} else if !oldest.IsZero() {
		p.timer.Reset(time.Until(oldest.Add(p.idleTime)))
	}
}

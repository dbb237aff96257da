package tunnel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

const (
	// watchEvery is how often it is looked whether the machine slept or has other addresses. A look costs some microseconds.
	watchEvery = 2 * time.Second
	// slept is how long a sleep must be for the service to have given us up: its heartbeat comes every ten seconds and may be fifteen
	// late (the defaults of ngrok's SDK).
	slept = 20 * time.Second
)

// sight is what one look saw: the clock on the wall, which goes on while the machine sleeps; how long it has been awake; and its addresses.
type sight struct {
	wall      time.Time
	awake     time.Duration
	addresses []string
}

// change is what happened between two sights.
type change struct {
	slept time.Duration // 0: not
	since time.Time     // of the sleep
	moved bool          // the machine has other addresses
}

func (before sight) to(now sight) change {
	var c change
	if asleep := now.wall.Sub(before.wall) - (now.awake - before.awake); asleep >= slept {
		c.slept, c.since = asleep, before.wall
	}
	c.moved = !slices.Equal(before.addresses, now.addresses)
	return c
}

// watch looks out for what no connection tells in time. It returns when ctx ends.
func (k *keeper) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	before := k.look()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := k.look()
		k.follow(before.to(now), now)
		before = now
	}
}

func (k *keeper) look() sight {
	s := sight{wall: k.o.Now().Round(0), awake: k.o.AwakeTime()}
	addresses, err := k.o.Addresses()
	if err != nil {
		return s // of a machine that does not tell, nothing follows
	}
	for _, a := range addresses {
		s.addresses = append(s.addresses, host(a))
	}
	return s
}

// follow draws the conclusions: a link that can't be alive is dropped, and a pause before the next try ends.
func (k *keeper) follow(c change, now sight) {
	k.mu.Lock()
	l := k.current
	k.mu.Unlock()
	switch {
	case c.slept > 0:
		if l != nil {
			k.trouble(fmt.Errorf("this machine slept for %s", c.slept.Round(time.Second)), c.since)
			l.drop()
		}
	case c.moved && l != nil && !has(now.addresses, l.local):
		k.trouble(errMoved, time.Time{})
		l.drop()
	case !c.moved:
		return
	}
	k.mu.Lock()
	k.pace.reset()
	k.mu.Unlock()
	select {
	case k.nudged <- struct{}{}:
	default:
	}
}

var errMoved = errors.New("this machine changed its network")

// has reports whether an address is one of this machine's still. Loopback is always there.
func has(addresses []string, a net.Addr) bool {
	h := host(a)
	if ip := net.ParseIP(h); ip == nil || ip.IsLoopback() || len(addresses) == 0 {
		return true
	}
	return slices.Contains(addresses, h)
}

// host is the IP address of an address.
func host(a net.Addr) string {
	switch a := a.(type) {
	case *net.IPNet:
		return a.IP.String()
	case *net.TCPAddr:
		return a.IP.String()
	case *net.IPAddr:
		return a.IP.String()
	}
	return ""
}

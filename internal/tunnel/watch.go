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
	// watchInterval is how often the supervisor checks for sleep and changed addresses. A check takes microseconds.
	watchInterval = 2 * time.Second
	// minSleep is the shortest sleep after which the service must have dropped the connection: its heartbeat comes every 10 s and may be
	// 15 s late (defaults of ngrok's SDK).
	minSleep = 20 * time.Second
)

// netState is a snapshot: wall-clock time, which continues during sleep; the time spent awake; and the machine's addresses.
type netState struct {
	wall      time.Time
	awake     time.Duration
	addresses []string
}

// change is the difference between two snapshots.
type change struct {
	sleep            time.Duration // 0: did not sleep
	since            time.Time     // start of the sleep
	addressesChanged bool          // the machine has other addresses
}

func (before netState) diff(now netState) change {
	var c change
	if asleep := now.wall.Sub(before.wall) - (now.awake - before.awake); asleep >= minSleep {
		c.sleep, c.since = asleep, before.wall
	}
	c.addressesChanged = !slices.Equal(before.addresses, now.addresses)
	return c
}

// watch checks for problems that connections do not report in time. It returns when ctx is done.
func (s *supervisor) watch(ctx context.Context) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	before := s.readNetState()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.readNetState()
		s.applyChange(before.diff(now), now)
		before = now
	}
}

func (s *supervisor) readNetState() netState {
	state := netState{wall: s.opts.Now().Round(0), awake: s.opts.AwakeTime()}
	addresses, err := s.opts.Addresses()
	if err != nil {
		return state // addresses unknown: assume nothing
	}
	for _, a := range addresses {
		state.addresses = append(state.addresses, ipOf(a))
	}
	return state
}

// applyChange drops a link that cannot be alive anymore and ends the delay before the next attempt.
func (s *supervisor) applyChange(c change, now netState) {
	s.health.mu.Lock()
	l := s.health.link
	s.health.mu.Unlock()
	switch {
	case c.sleep > 0:
		if l != nil {
			s.reportFailure(fmt.Errorf("this machine slept for %s", c.sleep.Round(time.Second)), c.since)
			l.drop()
		}
	case c.addressesChanged && l != nil && !hasAddress(now.addresses, l.local):
		s.reportFailure(errNetworkChanged, time.Time{})
		l.drop()
	case !c.addressesChanged:
		return
	}
	s.health.mu.Lock()
	s.health.backoff.reset()
	s.health.mu.Unlock()
	select {
	case s.retryNow <- struct{}{}:
	default:
	}
}

var errNetworkChanged = errors.New("this machine changed networks")

// hasAddress reports whether an address still belongs to this machine. Loopback always does.
func hasAddress(addresses []string, a net.Addr) bool {
	h := ipOf(a)
	if ip := net.ParseIP(h); ip == nil || ip.IsLoopback() || len(addresses) == 0 {
		return true
	}
	return slices.Contains(addresses, h)
}

// ipOf returns the IP address of a.
func ipOf(a net.Addr) string {
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

package tunnel

import (
	"net"
	"testing"
	"time"
)

func TestSleepIsDetectedByTheWallClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	before := netState{wall: start, awake: time.Hour, addresses: []string{"192.0.2.7"}}
	for name, tc := range map[string]struct {
		now  netState
		want change
	}{
		"nothing":                       {netState{start.Add(2 * time.Second), time.Hour + 2*time.Second, before.addresses}, change{}},
		"a busy machine":                {netState{start.Add(90 * time.Second), time.Hour + 90*time.Second, before.addresses}, change{}},
		"a nap":                         {netState{start.Add(12 * time.Second), time.Hour + 2*time.Second, before.addresses}, change{}},
		"a night":                       {netState{start.Add(8 * time.Hour), time.Hour + 2*time.Second, before.addresses}, change{sleep: 8*time.Hour - 2*time.Second, since: start}},
		"a clock that was set":          {netState{start.Add(-time.Hour), time.Hour + 2*time.Second, before.addresses}, change{}},
		"another network":               {netState{start.Add(2 * time.Second), time.Hour + 2*time.Second, []string{"198.51.100.9"}}, change{addressesChanged: true}},
		"no network":                    {netState{start.Add(2 * time.Second), time.Hour + 2*time.Second, nil}, change{addressesChanged: true}},
		"an added address, as of a VPN": {netState{start.Add(2 * time.Second), time.Hour + 2*time.Second, []string{"192.0.2.7", "10.8.0.2"}}, change{addressesChanged: true}},
	} {
		if got := before.diff(tc.now); got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
}

func TestHasAddress(t *testing.T) {
	t.Parallel()
	at := func(ip string) net.Addr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 4711} }
	for _, tc := range []struct {
		addresses []string
		local     net.Addr
		want      bool
	}{
		{[]string{"192.0.2.7", "10.8.0.2"}, at("192.0.2.7"), true},
		{[]string{"198.51.100.9"}, at("192.0.2.7"), false},
		{[]string{"198.51.100.9"}, at("127.0.0.1"), true}, // loopback, as to a local proxy
		{nil, at("192.0.2.7"), true},                      // a machine without known addresses
		{[]string{"198.51.100.9"}, &net.UnixAddr{Name: "x"}, true},
	} {
		if got := hasAddress(tc.addresses, tc.local); got != tc.want {
			t.Errorf("hasAddress(%v, %v): got %v, want %v", tc.addresses, tc.local, got, tc.want)
		}
	}
}

package dispatch_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
)

func TestTargetIsPrivateIfAllItsAddressesAre(t *testing.T) {
	t.Parallel()
	names := map[string][]string{
		"app":            {"172.18.0.3"},
		"example.com":    {"93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"},
		"both.test":      {"10.0.0.1", "8.8.8.8"},
		"tailscale.test": {"100.101.102.103"},
		"none.test":      {},
	}
	lookup := func(_ context.Context, _, host string) ([]netip.Addr, error) {
		known, ok := names[host]
		if !ok {
			return nil, errors.New("no such host")
		}
		var addrs []netip.Addr
		for _, a := range known {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		return addrs, nil
	}
	for typed, want := range map[string]string{
		"3000": "yes", "localhost:3000": "yes", "api.localhost": "yes", "LOCALHOST.": "yes", "127.0.0.1:80": "yes", "127.9.9.9": "yes", "[::1]:80": "yes",
		"0.0.0.0:80": "yes", "10.1.2.3": "yes", "172.16.0.1": "yes", "172.32.0.1": "no", "192.168.1.1": "yes", "169.254.1.1": "no",
		"100.64.0.1": "yes", "100.128.0.1": "no", "[fd00::1]": "yes", "[fe80::1%25eth0]:80": "no", "169.254.169.254": "no", "[::ffff:169.254.169.254]": "no", "100.100.100.200": "no", "[fd00:ec2::254]": "no", "[64:ff9b::a9fe:a9fe]": "no", "[::ffff:10.0.0.1]": "yes", "[::ffff:8.8.8.8]": "no",
		"8.8.8.8": "no", "[2001:db8::1]": "no", "https://app/x": "yes", "example.com": "no", "both.test": "no", "tailscale.test": "yes",
		"none.test": "unknown", "nowhere.test": "unknown",
	} {
		target, err := dispatch.ParseTarget(typed, "/")
		if err != nil {
			t.Fatal(err)
		}
		own, err := target.IsPrivate(t.Context(), lookup)
		got := map[bool]string{true: "yes", false: "no"}[own]
		if err != nil {
			got = "unknown"
		}
		if got != want {
			t.Errorf("IsPrivate(%s): got %s, want %s", typed, got, want)
		}
	}
}

func TestTargetIsLocal(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{
		"3000": true, "api.localhost:80": true, "127.9.9.9": true, "[::1]:80": true, "[::ffff:127.0.0.1]": true,
		"0.0.0.0:80": true, "[::]:80": true, // connecting to them reaches this machine
		"10.1.2.3": false, "8.8.8.8": false, "app:3000": false,
	} {
		target, err := dispatch.ParseTarget(typed, "/")
		if err != nil {
			t.Fatal(err)
		}
		if got := target.IsLocal(); got != want {
			t.Errorf("%s: got %t, want %t", typed, got, want)
		}
	}
}

package listen

import (
	"testing"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
)

func TestIngressRecognizesItsAddressByEveryName(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]bool{
		"4747": true, "127.0.0.1:4747": true, "127.0.0.2:4747": true, "[::1]:4747": true, "me.localhost:4747": true, "0.0.0.0:4747": true,
		"3000": false, "localhost": false, "192.168.1.2:4747": false, "example.com:4747": false,
	} {
		target, err := dispatch.ParseTarget(typed, "/webhooks/vidiking")
		if err != nil {
			t.Fatal(err)
		}
		if got := isAt(target, "127.0.0.1:4747"); got != want {
			t.Errorf("%s: got %t, want %t", typed, got, want)
		}
	}
}

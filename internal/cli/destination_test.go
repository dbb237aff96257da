package cli

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

func TestASuspendedListenIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	suspended, err := net.Listen("tcp", "127.0.0.1:0") // the system takes its connections, and nobody reads from them
	if err != nil {
		t.Fatal(err)
	}
	defer suspended.Close()
	dir := t.TempDir()
	log, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	url := "http://" + suspended.Addr().String() + defaultPath
	ingress, err := dispatch.ParseTarget(url, defaultPath)
	if err != nil {
		t.Fatal(err)
	}
	d := &destination{
		app: &app{w: World{Now: time.Now}}, dir: dir, through: &session.Info{URL: url, PID: 4321}, ingress: ingress, routes: relay.To(ingress),
		silence: 50 * time.Millisecond,
	}
	defer d.close()
	if err := d.open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, one := d.send(t.Context(), relay.Arrival{Body: []byte("{}")})
	_, _, many := d.fire(t.Context(), relay.Arrival{Body: []byte("{}")})
	for _, err := range []error{one, many} {
		var f *failure
		if !errors.As(err, &f) || f.code != exitFailed || f.what != "listen at "+url+" (process 4321) does not respond" ||
			!strings.Contains(strings.Join(f.hint, "\n"), "kill -CONT 4321") {
			t.Errorf("got %v, want that it does not respond, and how to resume it", err)
		}
	}
}

package cli

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/cli/cmdutil"
	"github.com/vidiking/vidiking-cli/internal/cli/sendcmd"
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
	url := "http://" + suspended.Addr().String() + cmdutil.DefaultPath
	ingress, err := dispatch.ParseTarget(url, cmdutil.DefaultPath)
	if err != nil {
		t.Fatal(err)
	}
	d := &sendcmd.Destination{
		App: &cmdutil.App{W: cmdutil.World{Now: time.Now}}, Dir: dir, Through: &session.Info{URL: url, PID: 4321}, Ingress: ingress, Routes: relay.To(ingress),
		Silence: 50 * time.Millisecond,
	}
	defer d.Close()
	if err := d.Open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, one := d.Send(t.Context(), relay.Arrival{Body: []byte("{}")})
	_, _, many := d.Fire(t.Context(), relay.Arrival{Body: []byte("{}")})
	for _, err := range []error{one, many} {
		var f *cmdutil.Failure
		if !errors.As(err, &f) || f.Code != cmdutil.ExitFailed || f.What != "listen at "+url+" (process 4321) does not respond" ||
			!strings.Contains(strings.Join(f.Hints, "\n"), "kill -CONT 4321") {
			t.Errorf("got %v, want that it does not respond, and how to resume it", err)
		}
	}
}

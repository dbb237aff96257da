package send

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/config"
	"github.com/vidiking/vidiking-cli/internal/dispatch"
	"github.com/vidiking/vidiking-cli/internal/output"
	"github.com/vidiking/vidiking-cli/internal/relay"
	"github.com/vidiking/vidiking-cli/internal/session"
	"github.com/vidiking/vidiking-cli/internal/store"
)

func TestSendsFailSoonIfTheSessionIsSuspended(t *testing.T) {
	t.Parallel()
	suspended, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts connections, and no process reads from them
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
	url := "http://" + suspended.Addr().String() + config.DefaultPath
	target, err := dispatch.ParseTarget(url, config.DefaultPath)
	if err != nil {
		t.Fatal(err)
	}
	d := &Destination{
		Routes: relay.To(target), Session: &session.Info{URL: url, PID: 4321},
		options: Options{DataDir: dir, Silence: 50 * time.Millisecond, Direct: dispatch.Options{Now: time.Now}},
	}
	defer d.Close()
	if err := d.Open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	_, one := d.Send(t.Context(), relay.Arrival{Body: []byte("{}")})
	_, _, many := d.conn.SendMany(t.Context(), relay.Arrival{Body: []byte("{}")})
	for _, err := range []error{one, many} {
		var f *output.Failure
		if !errors.As(err, &f) || f.Code != output.ExitFailed || f.What != "listen at "+url+" (process 4321) does not respond" ||
			!strings.Contains(strings.Join(f.Hints, "\n"), "kill -CONT 4321") {
			t.Errorf("got %v, want an error that says how to resume the session", err)
		}
	}
}

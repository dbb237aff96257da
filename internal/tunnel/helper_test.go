package tunnel_test

import (
	"bytes"
	"crypto/rand"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/tunnel"
)

func TestMain(m *testing.M) {
	// The SDK leaves these running until its next heartbeat, which tests postpone, and until its own retry delay ends.
	os.Exit(testkit.RunAndCheckLeaks(m,
		goleak.IgnoreAnyFunction("golang.ngrok.com/muxado/v2.(*Heartbeat).requester"),
		goleak.IgnoreAnyFunction("golang.ngrok.com/muxado/v2.(*Heartbeat).check"),
		goleak.IgnoreAnyFunction("golang.ngrok.com/ngrok/v2/internal/tunnel/client.(*reconnectingSession).connect"),
	))
}

// stepTimeout is far longer than any step of these tests takes.
const stepTimeout = 2 * time.Minute

// inUse is a tunnel with a server behind it that responds to each POST with its body.
type inUse struct {
	tunnel.Tunnel
	t      testing.TB
	server *http.Server
	client *http.Client
}

func options(client *http.Client) (tunnel.Options, *tunnel.Verifier) {
	proof := tunnel.NewVerifier(client, rand.Reader)
	return tunnel.Options{Verify: proof.Verify, Now: time.Now, Random: mathrand.Float64}, proof
}

// serve serves the tunnel's connections until the test ends.
func serve(t testing.TB, proof *tunnel.Verifier, client *http.Client, tn tunnel.Tunnel) *inUse {
	t.Helper()
	u := &inUse{Tunnel: tn, t: t, client: client}
	u.server = &http.Server{Handler: proof.Handler(http.HandlerFunc(echo)), ReadHeaderTimeout: stepTimeout}
	var serving sync.WaitGroup
	serving.Go(func() { _ = u.server.Serve(tn.Listener()) })
	t.Cleanup(func() {
		tn.Close()
		_ = u.server.Close()
		serving.Wait()
		client.CloseIdleConnections()
	})
	return u
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	_, _ = w.Write(body)
}

// openNgrok opens a tunnel to the edge.
func openNgrok(t testing.TB, edge *testkit.NgrokServer, n tunnel.NgrokOptions) *inUse {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	o, proof := options(client)
	return serve(t, proof, client, tunnel.OpenNgrok(o, withEdge(edge, n)))
}

func withEdge(edge *testkit.NgrokServer, n tunnel.NgrokOptions) tunnel.NgrokOptions {
	n.ConnectURL, n.Roots = edge.Addr(), edge.Authority().Pool()
	n.Heartbeat = time.Hour // the SDK has a data race in its first heartbeat
	if n.Token == "" {
		n.Token = "2token_of_these_tests"
	}
	return n
}

// next returns the next state of any kind.
func (u *inUse) next() tunnel.State {
	u.t.Helper()
	select {
	case s, ok := <-u.States():
		if !ok {
			u.t.Fatal("the tunnel has ended")
		}
		return s
	case <-time.After(stepTimeout):
		u.t.Fatal("timed out waiting for a state")
	}
	return tunnel.State{}
}

// until skips states until one of the given kind. It fails if the tunnel ends with another kind.
func (u *inUse) until(kind tunnel.Kind) tunnel.State {
	u.t.Helper()
	for {
		s := u.next()
		if s.Kind == kind {
			return s
		}
		if s.Kind == tunnel.Failed || s.Kind == tunnel.Closed {
			u.t.Fatalf("got state %s (%v), want %s", s.Kind, s.Cause, kind)
		}
	}
}

// post sends a body through the public URL and checks that the response is the same.
func (u *inUse) post(body []byte) {
	u.t.Helper()
	resp, err := u.client.Post(u.URL()+"/webhooks", "application/json", bytes.NewReader(body))
	if err != nil {
		u.t.Fatalf("POST through %s: %v", u.URL(), err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || !bytes.Equal(got, body) {
		u.t.Fatalf("POST of %d bytes through %s: got %d, %d bytes (%v), want the same bytes", len(body), u.URL(), resp.StatusCode, len(got), err)
	}
}

func randomBody(t testing.TB, n int) []byte {
	t.Helper()
	body := make([]byte, n)
	if _, err := rand.Read(body); err != nil {
		t.Fatal(err)
	}
	return body
}

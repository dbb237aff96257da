package tunnel

import (
	"bufio"
	"context"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
)

// longestLine is the most of one line that is looked at: a QR code is drawn in long ones.
const longestLine = 1 << 20

// listenTo opens the session in which a server says the tunnel's URL, and sends each that it finds. It returns, and closes urls, when
// the server has no more to say, or has no session for us, as one that only forwards.
func listenTo(ctx context.Context, client *ssh.Client, t Target, urls chan<- string) {
	defer close(urls)
	session, err := client.NewSession()
	if err != nil {
		return
	}
	defer session.Close() //nolint:errcheck // it is over
	// The session ends when its input does, and the tunnel with it.
	in, err := session.StdinPipe()
	if err != nil {
		return
	}
	defer in.Close() //nolint:errcheck // nothing was written
	out, err := session.StdoutPipe()
	if err != nil {
		return
	}
	errs, err := session.StderrPipe()
	if err != nil || start(session, t) != nil {
		return
	}
	var reading sync.WaitGroup
	for _, r := range []io.Reader{out, errs} {
		reading.Go(func() { scan(ctx, r, t, urls) })
	}
	reading.Wait()
}

// start asks localhost.run for its machine-readable form, and others for what they say to everybody.
func start(session *ssh.Session, t Target) error {
	if t.isLocalhostRun() {
		return session.Start("--output json")
	}
	return session.Shell()
}

// scan reads to the end, for what is not read would stop the server.
func scan(ctx context.Context, r io.Reader, t Target, urls chan<- string) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		if found := announced(lines.Text(), t); found != "" {
			select {
			case urls <- found:
			case <-ctx.Done():
				return
			}
		}
	}
	_, _ = io.Copy(io.Discard, r)
}

package tunnel

import (
	"bufio"
	"context"
	"io"
	"sync"

	"golang.org/x/crypto/ssh"
)

// maxLineBytes bounds the lines that are scanned. QR codes are drawn with long lines.
const maxLineBytes = 1 << 20

// readAnnouncedURLs opens the session in which the server announces the tunnel's URL and sends each URL to urls. It closes urls and
// returns when the server ends the session or does not allow one.
func readAnnouncedURLs(ctx context.Context, client *ssh.Client, t Target, urls chan<- string) {
	defer close(urls)
	session, err := client.NewSession()
	if err != nil {
		return
	}
	defer session.Close() //nolint:errcheck // the session is over either way
	// The session ends when its standard input does, and the tunnel with it.
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
	if err != nil || startSession(session, t) != nil {
		return
	}
	var reading sync.WaitGroup
	for _, r := range []io.Reader{out, errs} {
		reading.Go(func() { scanURLs(ctx, r, t, urls) })
	}
	reading.Wait()
}

// startSession asks localhost.run for JSON output, and other servers for a shell.
func startSession(session *ssh.Session, t Target) error {
	if t.isLocalhostRun() {
		return session.Start("--output json")
	}
	return session.Shell()
}

// scanURLs reads to the end, because unread output would block the server.
func scanURLs(ctx context.Context, r io.Reader, t Target, urls chan<- string) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLineBytes)
	for lines.Scan() {
		if found := parseAnnouncedURL(lines.Text(), t); found != "" {
			select {
			case urls <- found:
			case <-ctx.Done():
				return
			}
		}
	}
	_, _ = io.Copy(io.Discard, r)
}

package tunnel

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// verifyPath is the path of verification requests, followed by a random part.
	verifyPath = "/.well-known/vidiking/"

	verifyRequestTimeout = 5 * time.Second // for one request, round trip
	minVerifyDelay       = 50 * time.Millisecond
	maxVerifyDelay       = 2 * time.Second
)

// Verifier checks that a public URL leads to this process: it sends a request to the URL and waits for it to arrive.
type Verifier struct {
	client *http.Client
	random io.Reader

	mu      sync.Mutex
	pending map[string]string // expected response by path; only while a request is in progress
}

// NewVerifier returns a Verifier that sends requests with client and draws unguessable paths from random.
func NewVerifier(client *http.Client, random io.Reader) *Verifier {
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Verifier{client: &once, random: random, pending: map[string]string{}}
}

// Handler responds to the requests of Verify and passes all others to next.
func (p *Verifier) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if response, ok := p.take(r.URL.Path); ok {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = io.WriteString(w, response)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// take returns the response for a path, once.
func (p *Verifier) take(path string) (string, bool) {
	if !strings.HasPrefix(path, verifyPath) {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	response, ok := p.pending[path]
	delete(p.pending, path)
	return response, ok
}

// Verify sends requests through the URL until one comes back. It returns an *UnverifiedError if ctx is done first.
func (p *Verifier) Verify(ctx context.Context, url string) error {
	pause := minVerifyDelay
	var last error
	for {
		err := p.verifyOnce(ctx, url)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil && last != nil {
			err = last // the deadline aborted this request; the previous error is more useful
		}
		last = err
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return &UnverifiedError{URL: url, Err: err}
		case <-timer.C:
		}
		pause = min(2*pause, maxVerifyDelay)
	}
}

// verifyOnce sends one request.
func (p *Verifier) verifyOnce(ctx context.Context, url string) error {
	path, want, err := p.newChallenge()
	if err != nil {
		return err
	}
	defer p.take(path)
	ctx, cancel := context.WithTimeout(ctx, verifyRequestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+path, http.NoBody)
	if err != nil {
		return err
	}
	// Free tunnels show browsers a warning page. Each service documents a header that avoids it.
	req.Header.Set("User-Agent", "vidiking")
	req.Header.Set("Ngrok-Skip-Browser-Warning", "1")
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, int64(len(want))+1))
	if err != nil {
		return fmt.Errorf("read the response: %w", err)
	}
	if subtle.ConstantTimeCompare(got, []byte(want)) != 1 {
		return unexpectedResponse(resp)
	}
	return nil
}

// newChallenge draws a path and the response expected there.
func (p *Verifier) newChallenge() (path, response string, err error) {
	var b [36]byte
	if _, err := io.ReadFull(p.random, b[:]); err != nil {
		return "", "", fmt.Errorf("draw a random path: %w", err)
	}
	path, response = verifyPath+base64.RawURLEncoding.EncodeToString(b[:18]), base64.RawURLEncoding.EncodeToString(b[18:])
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending[path] = response
	return path, response, nil
}

// unexpectedResponse describes a response that did not come from this process. ngrok's edge gives its reason in a header (ngrok docs:
// Errors).
func unexpectedResponse(resp *http.Response) error {
	if code := ngrokCode(resp.Header.Get("Ngrok-Error-Code")); code != "" {
		return fmt.Errorf("something else responded with %d (%s)", resp.StatusCode, code)
	}
	if resp.StatusCode == http.StatusOK {
		return errors.New("something else responded")
	}
	return fmt.Errorf("something else responded with %d", resp.StatusCode)
}

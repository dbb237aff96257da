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
	// proofPath is where the way is tried; behind it comes what nobody can guess.
	proofPath = "/.well-known/vidiking/"

	proofTry        = 5 * time.Second // for one request: there and back
	firstProofPause = 50 * time.Millisecond
	lastProofPause  = 2 * time.Second
)

// Proof proves that a public URL leads to this process: it sends a request there and sees it come in.
type Verifier struct {
	client *http.Client
	random io.Reader

	mu      sync.Mutex
	pending map[string]string // what is answered, by path: one while a request is on its way, and none else
}

// NewProof makes a Proof that asks through client and draws what nobody can guess from random.
func NewVerifier(client *http.Client, random io.Reader) *Verifier {
	once := *client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Verifier{client: &once, random: random, pending: map[string]string{}}
}

// Handler answers what Prove sends, and hands on everything else.
func (p *Verifier) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer, ok := p.take(r.URL.Path); ok {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = io.WriteString(w, answer)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// take returns the answer for a path, once.
func (p *Verifier) take(path string) (string, bool) {
	if !strings.HasPrefix(path, proofPath) {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	answer, ok := p.pending[path]
	delete(p.pending, path)
	return answer, ok
}

// Prove sends requests through the URL until one comes back. It returns a *NotBackError when ctx ends before.
func (p *Verifier) Verify(ctx context.Context, url string) error {
	pause := firstProofPause
	var last error
	for {
		err := p.verifyOnce(ctx, url)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil && last != nil {
			err = last // the end of the time cut this try off; the one before knows more
		}
		last = err
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return &UnverifiedError{URL: url, Err: err}
		case <-timer.C:
		}
		pause = min(2*pause, lastProofPause)
	}
}

// try sends one request.
func (p *Verifier) verifyOnce(ctx context.Context, url string) error {
	path, want, err := p.newChallenge()
	if err != nil {
		return err
	}
	defer p.take(path)
	ctx, cancel := context.WithTimeout(ctx, proofTry)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+path, http.NoBody)
	if err != nil {
		return err
	}
	// What is no browser is not shown the warning page that free tunnels have; these say so as each service documents it.
	req.Header.Set("User-Agent", "vidiking")
	req.Header.Set("Ngrok-Skip-Browser-Warning", "1")
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, int64(len(want))+1))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if subtle.ConstantTimeCompare(got, []byte(want)) != 1 {
		return unexpectedResponse(resp)
	}
	return nil
}

// expect draws a path and what is answered there.
func (p *Verifier) newChallenge() (path, answer string, err error) {
	var b [36]byte
	if _, err := io.ReadFull(p.random, b[:]); err != nil {
		return "", "", fmt.Errorf("draw a path: %w", err)
	}
	path, answer = proofPath+base64.RawURLEncoding.EncodeToString(b[:18]), base64.RawURLEncoding.EncodeToString(b[18:])
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending[path] = answer
	return path, answer, nil
}

// notOurs is the error for an answer of somebody else's. ngrok's edge names its reason in a header (ngrok docs: Errors).
func unexpectedResponse(resp *http.Response) error {
	if code := ngrokCode(resp.Header.Get("Ngrok-Error-Code")); code != "" {
		return fmt.Errorf("something else answered, with %d and %s", resp.StatusCode, code)
	}
	if resp.StatusCode == http.StatusOK {
		return errors.New("something else answered")
	}
	return fmt.Errorf("something else answered, with %d", resp.StatusCode)
}

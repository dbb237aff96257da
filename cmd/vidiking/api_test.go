package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

// apiKey is the only key that the fake API accepts.
const apiKey = "vk_test_0123456789abcdefKEY9"

// runAPI is a fake of Vidiking's API: `api MODE FILE` serves on a free loopback port, or on the port in FILE if it has one, until it is
// interrupted. It writes its address to FILE, a line per registered webhook to FILE.log, and the last body to FILE.body.
//
//	ok       behaves as documented
//	limited  answers the first attempt of each call with 429
//	broken   answers 500 with an HTML page
//	silent   registers webhooks, but never responds
//	clock    has a clock that is 10 minutes ahead
func runAPI(args []string) int {
	mode, file := args[0], args[1]
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := listenAt(ctx, file)
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	server := &http.Server{Handler: &standInAPI{ctx: ctx, mode: mode, file: file, limited: map[string]bool{}}, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := writeWhole(file, ln.Addr().String()); err != nil {
		return 1
	}
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return 1
	}
	return 0
}

type standInAPI struct {
	ctx        context.Context // ends requests without a response
	mode, file string

	mu      sync.Mutex
	limited map[string]bool
}

func (s *standInAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	call := r.Method + " " + r.URL.Path
	switch {
	case err != nil:
		return
	case s.mode == "broken":
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "<html>\n<h1>Oops</h1>\n\x1b[31mred "+apiKey+"\n</html>\n")
		return
	case s.mode == "limited" && !s.limited[call]:
		s.limited[call] = true
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case s.mode == "clock":
		w.Header().Set("Date", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat))
	}
	switch {
	case r.Header.Get("Authorization") != "Bearer "+apiKey:
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"unauthorized"}`)
	case call == "GET /v1/wallet/balance":
		_, _ = io.WriteString(w, `{"success":true,"data":{"balance":"47.50","currency":"USD","totalDeposited":"100.00"}}`)
	case call == "PUT /v1/webhooks":
		s.register(w, r, body)
	default:
		http.NotFound(w, r)
	}
}

func (s *standInAPI) register(w http.ResponseWriter, r *http.Request, body []byte) {
	var hook struct {
		URL    string
		Events []string
		Secret string
	}
	if json.Unmarshal(body, &hook) != nil || hook.URL == "" || len(hook.Events) == 0 || hook.Secret == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	line := hook.URL + " " + strings.Join(hook.Events, ",") + " " + hook.Secret
	if r.Header.Get("X-Sandbox") == "true" {
		line += " sandbox"
	}
	log, err := os.OpenFile(s.file+".log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	_, err = fmt.Fprintln(log, line)
	if errors.Join(err, log.Close(), writeWhole(s.file+".body", string(body))) != nil {
		return
	}
	if s.mode == "silent" {
		select {
		case <-s.ctx.Done():
		case <-r.Context().Done():
		}
	}
}

package doctor

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestASuspendedListenDoesNotRespond(t *testing.T) {
	t.Parallel()
	running := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }))
	defer running.Close()
	if err := responds(t.Context(), running.URL); err != nil {
		t.Errorf("a running listen: got %v, want nil", err)
	}
	suspended, err := net.Listen("tcp", "127.0.0.1:0") // the system accepts connections that are never served
	if err != nil {
		t.Fatal(err)
	}
	defer suspended.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := responds(ctx, "http://"+suspended.Addr().String()); err == nil {
		t.Error("a suspended listen: got nil, want an error")
	}
}

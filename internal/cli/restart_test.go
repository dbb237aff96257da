package cli_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// restart serves at an address again and returns a function that stops the server.
func restart(t *testing.T, addr string) func() {
	t.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	_ = server.Listener.Close()
	server.Listener = ln
	server.Start()
	return server.Close
}

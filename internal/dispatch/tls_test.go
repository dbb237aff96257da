package dispatch

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vidiking/vidiking-cli/internal/testkit"
	"github.com/vidiking/vidiking-cli/internal/webhook"
)

// sendTrusting sends the sample with a Sender that trusts only the given authority.
func sendTrusting(t *testing.T, a *testkit.Authority, to string) Result {
	t.Helper()
	return withLongTimeouts(t, newSender(Options{}, a.Pool())).Send(t.Context(), target(t, to), sampleHeader(), samplePayload)
}

func TestTLSIsVerified(t *testing.T) {
	a := testkit.NewAuthority(t)
	ok := testkit.Respond(http.StatusOK, "")
	t.Run("trusted", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Certificate("127.0.0.1"), ok)
		wantCode(t, sendTrusting(t, a, handler.URL()), http.StatusOK)
	})
	t.Run("trusted by name", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Certificate("localhost"), ok)
		wantCode(t, sendTrusting(t, a, "https://localhost:"+handler.Port()), http.StatusOK)
	})
	t.Run("unknown authority", func(t *testing.T) {
		handler := testkit.ServeTLS(t, testkit.NewAuthority(t).Certificate("127.0.0.1"), ok)
		wantFailure(t, sendTrusting(t, a, handler.URL()), webhook.FailureTLSUnknownIssuer,
			"This machine does not trust the issuer of the certificate. If it is your own, skip the check with --insecure.")
	})
	t.Run("unknown to the system", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Certificate("127.0.0.1"), ok)
		if got := send(t, Options{}, handler.URL()); got.Failure != webhook.FailureTLSUnknownIssuer {
			t.Errorf("got %q %q (code %d), want %q", got.Failure, got.Error, got.Code, webhook.FailureTLSUnknownIssuer)
		}
	})
	t.Run("wrong name", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Certificate("one.example", "*.two.example", "\x1b[31m.example", "10.0.0.1"), ok)
		wantFailure(t, sendTrusting(t, a, handler.URL()), webhook.FailureTLSOtherName,
			"The certificate is for one.example, *.two.example, 10.0.0.1, not for 127.0.0.1. Use that name in the target. If it is your own, skip the check with --insecure.")
	})
	t.Run("many wrong names", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Certificate("a.example", "b.example", "c.example", "d.example"), ok)
		wantFailure(t, sendTrusting(t, a, handler.URL()), webhook.FailureTLSOtherName,
			"The certificate is for a.example, b.example, c.example and others, not for 127.0.0.1. Use that name in the target. If it is your own, skip the check with --insecure.")
	})
	t.Run("a common name only", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Certificate(), ok)
		wantFailure(t, sendTrusting(t, a, handler.URL()), webhook.FailureTLSNoSAN,
			"The certificate has a common name only. Clients check the subject alternative name, which it lacks: create it with one "+
				"(openssl req … -addext subjectAltName=DNS:127.0.0.1). If it is your own, skip the check with --insecure.")
	})
	t.Run("expired", func(t *testing.T) {
		handler := testkit.ServeTLS(t, a.Expired("127.0.0.1"), ok)
		got := sendTrusting(t, a, handler.URL())
		if got.Failure != webhook.FailureTLSExpired || !strings.HasPrefix(got.Error, "The certificate is valid only from ") {
			t.Errorf("got %q %q, want %q", got.Failure, got.Error, webhook.FailureTLSExpired)
		}
	})
}

func TestInsecureAcceptsAnyCertificate(t *testing.T) {
	handler := testkit.ServeTLS(t, testkit.NewAuthority(t).Expired("other.example"), testkit.Respond(http.StatusOK, ""))
	wantCode(t, send(t, Options{Insecure: true}, handler.URL()), http.StatusOK)
}

func TestWrongSchemeIsReported(t *testing.T) {
	t.Run("plain HTTP where TLS is expected", func(t *testing.T) {
		handler := testkit.Serve(t, testkit.Respond(http.StatusOK, ""))
		wantFailure(t, send(t, Options{}, "https://"+handler.Addr()), webhook.FailurePlainHTTP,
			handler.Addr()+" speaks plain HTTP. Use http://"+handler.Addr()+" instead.")
	})
	t.Run("a page without a status line where TLS is expected", func(t *testing.T) { // like Python's http.server
		handler := testkit.ServeConns(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "<!DOCTYPE HTML>\n<html><body>Bad request syntax</body></html>\n")
		})
		wantFailure(t, send(t, Options{}, "https://"+handler.Addr()), webhook.FailurePlainHTTP,
			handler.Addr()+" speaks plain HTTP. Use http://"+handler.Addr()+" instead.")
	})
	t.Run("neither", func(t *testing.T) {
		handler := testkit.ServeConns(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "220 mail.example ESMTP\r\n")
		})
		wantFailure(t, send(t, Options{}, "https://"+handler.Addr()), webhook.FailureTLS,
			handler.Addr()+" does not speak TLS. Is it the right port?")
	})
	t.Run("closed during the handshake", func(t *testing.T) {
		handler := testkit.ServeConns(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) })
		wantFailure(t, send(t, Options{}, "https://"+handler.Addr()), webhook.FailureTLS,
			handler.Addr()+" closed the connection during the TLS handshake. Does it support HTTPS?")
	})
	t.Run("TLS where plain HTTP is expected", func(t *testing.T) {
		// Like OpenSSL: a fatal alert, record version 3.3, unexpected_message.
		handler := testkit.ServeRaw(t, testkit.RespondRawAndClose("\x15\x03\x03\x00\x02\x02\x0a"))
		wantFailure(t, send(t, Options{}, handler.URL()), webhook.FailureNeedsTLS,
			handler.Addr()+" speaks TLS. Use https://"+handler.Addr()+" instead.")
	})
	t.Run("TLS server that responds in HTTP", func(t *testing.T) {
		handler := testkit.ServeTLS(t, testkit.NewAuthority(t).Certificate("127.0.0.1"), testkit.Respond(http.StatusOK, ""))
		got := send(t, Options{}, "http://"+handler.Addr())
		wantCode(t, got, http.StatusBadRequest)
		if !strings.Contains(string(got.Response), "HTTPS") {
			t.Errorf("response: got %q, want Go's message about HTTPS", got.Response)
		}
	})
}

func TestFailedHandshakeIsReported(t *testing.T) {
	serve := func(t *testing.T, config *tls.Config) string {
		a := testkit.NewAuthority(t)
		config.Certificates = []tls.Certificate{a.Certificate("127.0.0.1")}
		handler := testkit.ServeConns(t, func(c net.Conn) {
			s := tls.Server(c, config)
			_, _ = s.Read(make([]byte, 1)) // does the handshake, which fails
			_, _ = io.Copy(io.Discard, c)  // closing with unread bytes could discard the alert
		})
		got := sendTrusting(t, a, "https://"+handler.Addr())
		if !strings.HasPrefix(string(got.Failure), string(webhook.FailureTLS)) {
			t.Errorf("got %q %q, want %q", got.Failure, got.Error, webhook.FailureTLS)
		}
		return strings.ReplaceAll(got.Error, handler.Addr(), "HOST")
	}
	t.Run("an old version", func(t *testing.T) {
		want := "The TLS handshake with HOST failed: remote error: tls: protocol version not supported."
		if got := serve(t, &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("a client certificate is required", func(t *testing.T) {
		want := "HOST ended the TLS connection: tls: certificate required."
		if got := serve(t, &tls.Config{ClientAuth: tls.RequireAnyClientCert}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestConnectionIsClosedAfterAFailedHandshake(t *testing.T) {
	ended := make(chan error, 1)
	certificate := testkit.NewAuthority(t).Certificate("127.0.0.1")
	handler := testkit.ServeConns(t, func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{certificate}}).Handshake()
		_, err := io.Copy(io.Discard, c) // until the sender closes
		ended <- err
	})
	if got := sendTrusting(t, testkit.NewAuthority(t), "https://"+handler.Addr()); !strings.HasPrefix(string(got.Failure), string(webhook.FailureTLS)) {
		t.Fatalf("got %q %q, want %q", got.Failure, got.Error, webhook.FailureTLS)
	}
	select {
	case <-ended:
	case <-time.After(testTimeout):
		t.Error("the connection is still open")
	}
}

func TestTLSConnectionIsReused(t *testing.T) {
	a := testkit.NewAuthority(t)
	handler := testkit.ServeTLS(t, a.Certificate("127.0.0.1"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto)
	}))
	s := withLongTimeouts(t, newSender(Options{}, a.Pool()))
	for i := range 2 {
		got := s.Send(t.Context(), target(t, handler.URL()), nil, samplePayload)
		wantCode(t, got, http.StatusOK)
		if string(got.Response) != "HTTP/1.1" {
			t.Errorf("protocol of send %d: got %q, want HTTP/1.1", i, got.Response)
		}
	}
	if got := handler.Wait(2); got[0].Remote != got[1].Remote {
		t.Errorf("got connections from %s and %s, want one", got[0].Remote, got[1].Remote)
	}
}
